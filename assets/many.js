// Many streams at once: one message, sent once, and followed by up to 500 streams.

import {Figures} from './many-figures.js';
import {Fleet} from './many-fleet.js';
import * as form from './many-form.js';
import {Grid} from './many-grid.js';
import {Pick} from './many-pick.js';
import {Legend} from './many-states.js';
import {noticeOf, stateOf} from './many-words.js';
import {command, script} from './many-snippets.js';
import {digestOf, textOf} from './many-text.js';
import {Painter} from './frame.js';
import {Snippets} from './snippet.js';
import {unanswered} from './states.js';
import {Problem, at, send} from './stream.js';
import {keep} from './token.js';

const byId = (id) => document.getElementById(id);

const arrival = byId('arrival');
const status = byId('status');
const notice = byId('notice');
const noticeWords = byId('notice-words');
const leaveOut = byId('leave-out');
const stopButton = byId('stop');
const replayButton = byId('replay');

const patience = 3000; // milliseconds without an answer until the page says why
const longest = 30_000; // milliseconds between two attempts to send the message again

class Page {
  #fleet = null; // the streams on show, null before the first
  #message = null; // what they are of: {id, text, digest, interval, streams}
  #sending = null; // AbortController of a message on its way, null for none
  #again = false; // whether the message has had to be sent again
  #changed = false; // whether streams are in other states than those on show
  #grid = new Grid(byId('cells'));
  #legend = new Legend(byId('legend'));
  #figures = new Figures();
  #pick = new Pick(this.#grid);
  #snippets = new Snippets(byId('snippets'));
  #painter = new Painter(() => this.#paint());

  constructor() {
    form.begin();
    form.onSubmit(() => this.#submit());
    form.onInput(() => { if (!this.#fleet) this.#lay(); });
    stopButton.addEventListener('click', () => this.#toggle());
    replayButton.addEventListener('click', () => this.#start());
    leaveOut.addEventListener('click', () => this.#fleet.stopRefused());
    addEventListener('pagehide', () => { if (this.#sending && !this.#fleet) this.#cancel(); }); // streams go on when the reader is back
    document.addEventListener('visibilitychange', () => this.#figures.pause());
    new ResizeObserver(() => this.#lay()).observe(byId('grid'));
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(query).addEventListener('change', () => this.#lay());
    }
  }

  async #submit() {
    const settings = form.taken();
    if (!settings) return;
    this.#end();
    this.#message = null;
    replayButton.disabled = true;
    this.#show('sending', 'Sending the message…');
    const text = textOf(settings.length);
    const sending = this.#sending = new AbortController();
    const late = setTimeout(() => this.#show('sending', unanswered()), patience);
    try {
      const id = await this.#send(text, sending.signal);
      if (sending.signal.aborted) return;
      const digest = await digestOf(text);
      this.#message = {...settings, id, text, digest};
      this.#sending = null;
      this.#start();
    } catch (problem) {
      if (!sending.signal.aborted) this.#refused(problem);
    } finally {
      clearTimeout(late);
    }
  }

  async #send(text, signal) {
    const token = form.currentToken();
    const id = await send(text, token, signal);
    keep(token);
    return id;
  }

  #start() {
    this.#end();
    const {streams, text, interval, digest} = this.#message;
    this.#fleet = new Fleet(this.#url(), {text, interval, digest, count: streams}, {
      changed: () => {
        this.#changed = true;
        this.#painter.soon();
      },
      forgotten: () => this.#resend(),
    });
    this.#again = false;
    this.#quote();
    this.#lay();
    this.#pick.follow(this.#fleet.lanes);
    this.#figures.follow(this.#fleet);
    this.#fleet.open();
    arrival.scrollIntoView({block: 'nearest'}); // where the form fills a small screen
  }

  #url() {
    const {id, interval} = this.#message;
    return at(`stream/${id}`, {interval: `${interval}ms`});
  }

  #quote() {
    const [url, {streams}] = [this.#url(), this.#message];
    this.#snippets.show({curl: command(url, streams), script: script(url, streams)});
  }

  // resend brings the message to a server that has started anew, and all streams go on where they were.
  async #resend() {
    const fleet = this.#fleet;
    const {signal} = this.#sending = new AbortController();
    for (let delay = 1000; ; delay = Math.min(2 * delay, longest)) {
      try {
        this.#message.id = await this.#send(this.#message.text, signal);
        if (signal.aborted) return;
        this.#again = true;
        fleet.renew(this.#url());
        this.#quote();
        return;
      } catch (problem) {
        if (signal.aborted) return;
        if (!passing(problem)) {
          this.#sending = null;
          fleet.failForgotten(problem);
          form.refused(problem);
          return;
        }
      }
      await new Promise((resolve) => { setTimeout(resolve, delay * (1 + Math.random() / 2)); });
      if (signal.aborted) return;
    }
  }

  #toggle() {
    if (this.#sending && !this.#fleet) this.#cancel();
    else if (this.#fleet.settled) this.#fleet.resume();
    else this.#stop();
  }

  #stop() {
    this.#sending?.abort();
    this.#fleet.stop();
  }

  #cancel() {
    this.#sending.abort();
    this.#sending = null;
    this.#show('stopped', 'Stopped before anything came');
  }

  #end() {
    form.clearError();
    this.#sending?.abort();
    this.#sending = null;
    this.#fleet?.stop();
    this.#fleet = null;
  }

  #refused(problem) {
    this.#sending = null;
    this.#show('failed', 'Failed');
    form.refused(problem instanceof Problem ? problem : new Problem(`This page has a defect: ${problem}`));
  }

  // lay makes the grid fit the page, and paints all of it.
  #lay() {
    const lanes = this.#fleet?.lanes;
    const count = lanes?.length ?? form.asked();
    this.#grid.lay(Math.max(1, count));
    for (let index = 0; index < count; index++) this.#cell(lanes?.[index] ?? {index, word: 'stopped', position: 0, total: 1});
    this.#legend.draw();
    this.#pick.place();
  }

  #cell({index, word, position, total}) {
    this.#grid.paint(index, word, position / total);
  }

  #paint() {
    const fleet = this.#fleet;
    if (!fleet) return;
    this.#figures.frame(performance.now());
    for (const lane of fleet.takeDirty()) {
      this.#cell(lane);
      if (this.#pick.has(lane)) this.#pick.paint();
    }
    if (this.#changed) this.#summarise();
    if (fleet.settled) this.#figures.totals();
    else this.#painter.soon();
  }

  #summarise() {
    this.#changed = false;
    const fleet = this.#fleet;
    this.#legend.show(fleet.counts);
    const {word, words} = stateOf(fleet);
    this.#show(word, words);
    this.#blame(fleet.trouble?.answer);
    this.#say(noticeOf(fleet, this.#again));
  }

  // blame says beside the field what all streams were refused for.
  #blame(answer) {
    if (answer?.code === 'invalid_parameter') form.refused(new Problem(answer.detail, answer.code, answer));
  }

  #say(words) {
    notice.hidden = !words;
    if (noticeWords.textContent !== words) noticeWords.textContent = words;
    leaveOut.hidden = !this.#fleet.counts.refused;
  }

  #show(word, words) {
    arrival.dataset.state = word;
    if (status.textContent !== words) status.textContent = words;
    const ended = ['complete', 'failed', 'idle'].includes(word) || !this.#fleet && word === 'stopped';
    stopButton.textContent = word === 'stopped' && this.#fleet ? 'Resume' : 'Stop';
    this.#enable(stopButton, !ended);
    this.#enable(replayButton, Boolean(this.#message));
  }

  // A focused button that is disabled would drop the keyboard's place on the page.
  #enable(button, on) {
    if (!on && document.activeElement === button) byId('start').focus();
    button.disabled = !on;
  }
}

// passing says whether it is worth asking again.
function passing({code}) {
  return ['unreachable', 'busy', 'store_full', 'store_unavailable', 'shutting_down'].includes(code);
}

new Page();
