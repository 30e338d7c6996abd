// A chat: questions are answered token by token, and two clients say what they make of each answer.

import {address, ask, request} from './chat-client.js';
import {AnswerFigures, hideFigures} from './chat-figures.js';
import * as form from './chat-form.js';
import {counted} from './chat-readings.js';
import {Turn} from './chat-turn.js';
import {offerFaults} from './faults.js';
import {say} from './say.js';
import {Snippets, curl, shortest} from './snippet.js';
import {Ticker, describe} from './states.js';
import {Problem, at} from './stream.js';
import {keep} from './token.js';
import {Wire} from './wire.js';

const byId = (id) => document.getElementById(id);

const arrival = byId('arrival');
const status = byId('status');
const received = byId('received');
const conversation = byId('conversation');
const stopButton = byId('stop');
const againButton = byId('replay');
const clearButton = byId('clear');

class Page {
  #turns = [];
  #asking = null; // AbortController of the question under way, null for none
  #end = null; // how its answer ended, while that is still being shown
  #figures = null; // of the last answer
  #wire = new Wire(byId('wire'));
  #snippets = new Snippets(byId('snippets'));
  #now = () => {}; // says how the connection is
  #ticker = new Ticker(() => this.#tick());
  #frame = 0; // the requested animation frame, 0 for none
  #height = 0; // of the conversation, when it was painted last

  constructor() {
    form.onSubmit(() => this.#submit());
    form.onAgain(() => this.#again());
    form.onSmoothing(() => this.#soon());
    stopButton.addEventListener('click', () => this.#stop());
    againButton.addEventListener('click', () => this.#again());
    clearButton.addEventListener('click', () => this.#clear());
    addEventListener('pagehide', () => this.#stop());
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.#paint(); });
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

  #again() {
    if (!form.valid(false)) return;
    this.#stop();
    this.#retry();
  }

  #open(turn) {
    this.#turns.push(turn);
    conversation.append(turn.element);
    this.#ask(turn);
  }

  #retry() {
    this.#turn.again();
    this.#ask(this.#turn);
  }

  async #ask(turn) {
    const {signal} = this.#asking = new AbortController();
    const [messages, plan, token] = [this.#messages(), form.planned(), form.currentToken()];
    this.#figures = new AnswerFigures();
    this.#reset();
    this.#tell(messages, plan, token);
    arrival.scrollIntoView({block: 'nearest'}); // where the form fills a small screen
    const unlessStopped = (tell) => (...args) => { if (!signal.aborted) tell(...args); };
    try {
      const end = await ask(messages, plan, token, signal, {
        opened: unlessStopped((plan) => this.#opened(plan, token)),
        state: unlessStopped((word, detail) => this.#state(word, detail)),
        bytes: unlessStopped((bytes) => this.#came(bytes)),
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

  // tell shows what asks the same elsewhere; the token stays out of it.
  #tell(messages, plan, token) {
    const asked = request(messages, plan, token && 'secret');
    this.#snippets.show({
      curl: curl(at(address), asked),
      script: shortest(at(address), {
        ...asked,
        take: `data === '[DONE]' || console.log(JSON.parse(data).choices[0]?.delta.content ?? '')`,
        done: `data === '[DONE]'`,
        attempts: 0,
      }),
    });
  }

  #reset() {
    this.#end = null;
    this.#height = 0; // so its end comes into view
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

  #tick() {
    this.#now();
    this.#figures.paint(); // a gap grows
  }

  #came(bytes) {
    this.#wire.add(bytes);
    this.#soon();
  }

  #token(turn, text) {
    const now = performance.now();
    turn.add(text, now);
    this.#figures.token(now);
    if (turn.tokens === 1) this.#now();
    if (!form.smooth()) turn.paint();
    this.#soon();
  }

  #ended(turn, end) {
    this.#ticker.stop();
    this.#end = end;
    this.#figures.ended(end);
    turn.ended();
    if (form.smooth() && !document.hidden) this.#soon(); // what is left comes in order
    else this.#paint();
  }

  #refused(turn, problem) {
    turn.fail();
    if (problem.code === form.tooLarge) this.#takeBack();
    form.refused(problem instanceof Problem ? problem : new Problem(`This page has a defect: ${problem}`), turn.element);
    this.#finish('failed', 'Failed');
  }

  // takeBack makes the last question one that was not asked.
  #takeBack() {
    const {question, element} = this.#turns.pop();
    element.remove();
    form.restore(question);
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
    this.#figures.stopped();
    this.#paint();
    this.#show(word, detail);
  }

  #clear() {
    this.#stop();
    this.#turns = [];
    this.#figures = null;
    conversation.replaceChildren();
    form.clearError();
    hideFigures();
    this.#reset();
    form.focus(); // the button is disabled now
    this.#show('idle', 'Ready');
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
    const smooth = now !== undefined && form.smooth();
    this.#turn?.paint(smooth ? now : undefined);
    this.#figures?.paint();
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
    status.classList.toggle('long', detail.length > 60);
    received.setAttribute('aria-busy', Boolean(this.#asking));
    const any = this.#turns.length > 0;
    againButton.disabled = clearButton.disabled = !any;
    // A focused button that is disabled would drop the keyboard's place on the page.
    if (!this.#asking && document.activeElement === stopButton) againButton.focus();
    stopButton.disabled = !this.#asking;
  }
}

// said is how a connection is, as the look and the words for it.
function said(word, detail, tokens) {
  if (word === 'connecting') return ['sending', detail.waiting ? describe(word, detail) : 'Asking…'];
  if (word === 'stale' || tokens) return [word === 'live' ? 'streaming' : word, describe(word, detail, detail.silence())];
  return ['connecting', 'Waiting for the first token…'];
}

new Page();
