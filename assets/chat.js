// A chat: questions are answered token by token, and two clients say what they make of each answer.

import {ask} from './chat-client.js';
import {Figures} from './chat-figures.js';
import * as form from './chat-form.js';
import {counted} from './chat-readings.js';
import {Turn} from './chat-turn.js';
import {RawLog, command} from './chat-wire.js';
import {offerFaults} from './faults.js';
import {say} from './say.js';
import {Ticker, describe} from './states.js';
import {Problem} from './stream.js';
import {keep} from './token.js';
import {Command} from './wire.js';

const byId = (id) => document.getElementById(id);

const arrival = byId('arrival');
const status = byId('status');
const received = byId('received');
const conversation = byId('conversation');
const stopButton = byId('stop');
const clearButton = byId('clear');
const smoothing = byId('form').elements.smoothing;

class Page {
  #turns = [];
  #asking = null; // AbortController of the question under way, null for none
  #end = null; // how its answer ended, while that is still being shown
  #figures = new Figures(0);
  #wire = new RawLog(byId('wire'));
  #curl = new Command(byId('curl'), byId('copy'));
  #now = () => {}; // says how the connection is
  #ticker = new Ticker(() => this.#now());
  #frame = 0; // the requested animation frame, 0 for none
  #height = 0; // of the conversation, when it was painted last

  constructor() {
    form.onSubmit(() => this.#submit());
    stopButton.addEventListener('click', () => this.#toggle());
    clearButton.addEventListener('click', () => this.#clear());
    addEventListener('pagehide', () => this.#stop());
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.#paint(); });
    for (const choice of smoothing) choice.addEventListener('change', () => this.#soon());
    offerFaults();
  }

  get #turn() {
    return this.#turns.at(-1);
  }

  // What failed is asked again, with what has been mended in the form, unless there is another message.
  #submit() {
    const again = form.isEmpty() && arrival.dataset.state === 'failed';
    if (!form.valid(!again)) return;
    this.#stop();
    if (again) this.#retry();
    else this.#open(new Turn(form.taken()));
  }

  #toggle() {
    if (this.#asking) this.#stop();
    else if (form.valid(false)) this.#retry();
  }

  #open(turn) {
    this.#turns.push(turn);
    conversation.append(turn.element);
    clearButton.disabled = false;
    this.#ask(turn);
  }

  #retry() {
    this.#turn.again();
    this.#ask(this.#turn);
  }

  async #ask(turn) {
    const {signal} = this.#asking = new AbortController();
    const [messages, plan, token] = [this.#messages(), form.planned(), form.currentToken()];
    this.#reset();
    this.#curl.show(command(messages, plan, token));
    arrival.scrollIntoView({block: 'nearest'}); // where the form fills a small screen
    const unlessStopped = (tell) => (...args) => { if (!signal.aborted) tell(...args); };
    try {
      const end = await ask(messages, plan, token, signal, {
        opened: unlessStopped((plan) => this.#opened(plan, token)),
        state: unlessStopped((word, detail) => this.#state(word, detail)),
        bytes: unlessStopped((bytes) => this.#wire.add(bytes)),
        token: unlessStopped((text) => this.#token(turn, text)),
      });
      if (!signal.aborted) this.#ended(turn, end);
    } catch (problem) {
      if (!signal.aborted) this.#refused(turn, problem);
    }
  }

  // An answer that is not whole is not part of the conversation, but for one that was stopped on purpose.
  #messages() {
    const before = this.#turns.slice(0, -1).filter((turn) => turn.goesOn).flatMap(({question, text}) => [
      {role: 'user', content: question},
      {role: 'assistant', content: text},
    ]);
    return [...before, {role: 'user', content: this.#turn.question}];
  }

  #reset() {
    this.#end = null;
    this.#height = 0; // so its end comes into view
    this.#figures = new Figures(performance.now());
    this.#wire.clear();
    this.#paint();
  }

  #opened(plan, token) {
    keep(token);
    this.#figures.opened(plan);
  }

  #state(word, detail) {
    this.#now = () => this.#show(...said(word, detail, this.#turn.tokens));
    this.#now();
    this.#ticker.start();
  }

  #token(turn, text) {
    const now = performance.now();
    turn.add(text, now);
    this.#figures.token(now);
    if (turn.tokens === 1) this.#now();
    if (smoothing.value === 'off') turn.paint();
    this.#soon();
  }

  #ended(turn, end) {
    this.#ticker.stop();
    this.#end = end;
    this.#figures.ended(end);
    turn.ended();
    if (smoothing.value === 'on' && !document.hidden) this.#soon(); // what is left comes in order
    else this.#paint();
  }

  #refused(turn, problem) {
    turn.fail();
    form.refused(problem instanceof Problem ? problem : new Problem(`This page has a defect: ${problem}`), turn.element);
    this.#finish('failed', 'Failed');
  }

  #stop() {
    if (!this.#asking) return;
    this.#asking.abort();
    this.#turn.stop();
    const {tokens} = this.#turn;
    this.#finish('stopped', tokens ? `Stopped after ${counted(tokens)}` : 'Stopped before anything came');
  }

  #finish(word, detail) {
    this.#asking = this.#end = null;
    this.#ticker.stop();
    this.#paint();
    this.#show(word, detail);
  }

  #clear() {
    this.#stop();
    this.#turns = [];
    conversation.replaceChildren();
    form.clearError();
    this.#reset();
    form.focus(); // the button is disabled now
    this.#show('idle', 'Idle');
  }

  #soon() {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      this.#paint(now);
    });
  }

  // paint shows what is due at `now`, or all that is here if no time is told.
  #paint(now) {
    const atEnd = this.#height - received.scrollTop - received.clientHeight < 40; // CSS pixels
    const smooth = now !== undefined && smoothing.value === 'on';
    this.#turn?.paint(smooth ? now : undefined);
    this.#figures.paint();
    this.#wire.paint();
    if (this.#turn?.behind) this.#soon();
    else if (this.#end) this.#judge();
    if (atEnd) received.scrollTop = received.scrollHeight; // unless the reader scrolled away
    this.#height = received.scrollHeight;
  }

  #judge() {
    const {whole, summary} = this.#turn.judge(this.#end);
    this.#end = this.#asking = null;
    this.#show(whole ? 'complete' : 'failed', summary);
  }

  #show(word, detail) {
    arrival.dataset.state = word;
    say(status, detail);
    received.setAttribute('aria-busy', Boolean(this.#asking));
    stopButton.disabled = this.#turns.length === 0;
    stopButton.textContent = this.#asking || !this.#turn ? 'Stop' : 'Retry';
    clearButton.disabled = this.#turns.length === 0;
  }
}

// said is how a connection is, as the look and the words for it.
function said(word, detail, tokens) {
  if (word === 'connecting') return ['sending', detail.waiting ? describe(word, detail) : 'Asking…'];
  if (word === 'stale' || tokens) return [word === 'live' ? 'streaming' : word, describe(word, detail, detail.silence())];
  return ['connecting', 'Waiting for the first token…'];
}

new Page();
