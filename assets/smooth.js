// The same stream twice: as it arrives, and smoothed.

import {Figures} from './figures.js';
import {Painter} from './frame.js';
import * as form from './smooth-form.js';
import {Pane} from './smooth-pane.js';
import {Smoother} from './smoother.js';
import {Snippets, curl, shortest} from './snippet.js';
import {Ticker, describe, unanswered} from './states.js';
import {Problem, Stream, at, send} from './stream.js';
import {keep} from './token.js';
import {Wire} from './wire.js';

const patience = 3000; // milliseconds without an answer until the page says why

const byId = (id) => document.getElementById(id);

const arrival = byId('arrival');
const status = byId('status');
const notice = byId('notice');
const stopButton = byId('stop');
const replayButton = byId('replay');

const wire = new Wire(byId('wire'));
const figures = new Figures(byId('figures'));
const snippets = new Snippets(byId('snippets'));

const raw = new Pane({
  text: byId('raw'), chart: byId('raw-chart'), scale: byId('raw-scale'), end: byId('raw-end'),
  longest: byId('raw-longest'), p95: byId('raw-p95'), behind: byId('raw-behind'),
});
const even = new Pane({
  text: byId('even'), chart: byId('even-chart'), scale: byId('even-scale'), end: byId('even-end'),
  longest: byId('even-longest'), p95: byId('even-p95'), behind: byId('even-behind'),
});

class Page {
  #sent = null; // what was sent: the settings, and the id; null before
  #stream = null;
  #sending = null; // AbortController of a message on its way
  #smoother = new Smoother();
  #arrived = ''; // and not painted yet
  #words = 0;
  #all = 0;
  #end = null; // what `done` said, while smoothed text is still to be shown
  #state = ['idle']; // word and detail of the connection
  #again = false; // whether the server had lost the message
  #painter = new Painter(() => this.#paint());
  #ticker = new Ticker(() => this.#tick());

  constructor() {
    form.begin();
    form.onSubmit(() => this.#submit());
    form.onCalm(() => this.#submit());
    addEventListener('pagehide', () => { if (this.#sending) this.#stop(); }); // a stream goes on when the reader is back
    stopButton.addEventListener('click', () => this.#toggle());
    replayButton.addEventListener('click', () => this.#replay());
    document.addEventListener('visibilitychange', () => { if (document.hidden && this.#stream) this.#paint(); });
    new ResizeObserver(() => this.#painter.soon()).observe(arrival);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#painter.soon());
    addEventListener('hashchange', () => this.#followLink());
    this.#followLink();
  }

  // followLink follows the message that the address names.
  #followLink() {
    const linked = form.linked();
    if (!linked) return;
    this.#sent = linked;
    this.#follow();
  }

  #submit() {
    const settings = form.taken();
    if (!settings) return;
    this.#sent = settings;
    this.#again = false;
    this.#send();
  }

  // replay follows the same message again. With the same seed, all comes in the same way.
  #replay() {
    form.clearError();
    this.#again = false;
    this.#follow();
  }

  async #send() {
    this.#quit();
    this.#begin();
    this.#show('sending', 'Sending the message…');
    const {signal} = this.#sending = new AbortController();
    const late = setTimeout(() => this.#show('sending', unanswered()), patience);
    const token = form.currentToken();
    try {
      const id = await send(this.#sent.text, token, signal);
      keep(token);
      if (signal.aborted) return;
      this.#sending = null;
      this.#sent.id = id;
      form.remember(this.#sent);
      this.#follow();
    } catch (problem) {
      if (!signal.aborted) this.#failed(problem);
    } finally {
      clearTimeout(late);
    }
  }

  #follow() {
    this.#quit();
    this.#begin();
    const url = at(`stream/${this.#sent.id}`, form.plan(this.#sent));
    this.#stream = new Stream(url, {}, {
      state: (word, detail) => this.#connection(word, detail),
      bytes: (bytes) => wire.add(bytes),
      connected: (id) => wire.connected(id),
      chunk: (data) => this.#chunk(data),
      restart: () => this.#begin(),
      done: (data) => this.#done(data),
      failed: (problem) => this.#failed(problem),
    });
    snippets.show({curl: curl(url), script: shortest(url)});
    wire.clear();
    figures.start();
    this.#stream.open();
    this.#ticker.start();
    arrival.scrollIntoView({block: 'nearest'}); // where the form fills a small screen
  }

  #begin() {
    const now = performance.now();
    raw.begin(now);
    even.begin(now);
    this.#smoother = new Smoother({limit: this.#sent.behind, slack: 1.4});
    this.#arrived = '';
    this.#words = this.#all = 0;
    this.#end = null;
    this.#painter.now();
  }

  #quit() {
    this.#sending?.abort();
    this.#sending = null;
    this.#stream?.close();
    this.#stream = null;
    this.#ticker.stop();
  }

  #connection(word, detail) {
    this.#state = [word, detail];
    if (word !== 'streaming') this.#rest();
    this.#tick();
  }

  #tick() {
    const [word, detail] = this.#state;
    this.#show(word, describe(word, detail, this.#stream.silence));
  }

  #chunk({chunk, total}) {
    this.#arrived += chunk;
    this.#smoother.add(chunk, performance.now());
    figures.event();
    this.#words++;
    this.#all = total;
    this.#painter.soon();
  }

  #done(data) {
    this.#ticker.stop();
    figures.end();
    this.#end = data;
    this.#smoother.end();
    this.#painter.soon();
  }

  // The text that is due: all of what arrived, and some of the rest. Nobody sees the pace of a hidden page.
  #paint() {
    const now = performance.now();
    raw.show(this.#arrived, now);
    this.#arrived = '';
    even.show(document.hidden ? this.#smoother.rest(now) : this.#smoother.take(now), now);
    const highest = Math.max(1, raw.highest, even.highest);
    const reaches = Math.max(raw.reaches, even.reaches);
    for (const pane of [raw, even]) pane.paint(highest, reaches);
    wire.paint();
    figures.paint(now);
    if (this.#words) even.behind(this.#smoother.mean, this.#smoother.longest);
    if (!this.#smoother.empty) this.#painter.soon();
    else if (this.#end) this.#verify(this.#end);
  }

  async #verify({sha256}) {
    this.#end = null;
    const stream = this.#stream;
    try {
      const [proven] = await Promise.all([raw.verify(sha256), even.verify(sha256)]);
      if (stream !== this.#stream) return; // the next began meanwhile
      for (const pane of [raw, even]) pane.conclude();
      this.#quit();
      this.#show('complete', `Complete${proven && ', both verified'}: ${this.#words} word${this.#words === 1 ? '' : 's'}`);
    } catch (problem) {
      if (stream === this.#stream) this.#failed(problem);
    }
  }

  // A server that has lost the message gets it again, once.
  #failed(problem) {
    if (problem.code === 'message_not_found' && this.#sent.text !== null && !this.#again) {
      this.#again = true;
      this.#send();
      return;
    }
    this.#quit();
    this.#show('failed', 'Failed');
    form.refused(problem instanceof Problem ? problem : new Problem(`This page has a defect: ${problem}`));
  }

  #toggle() {
    if (arrival.dataset.state === 'stopped') this.#resume();
    else this.#stop();
  }

  #stop() {
    if (this.#sending) this.#quit();
    this.#stream?.close();
    this.#ticker.stop();
    this.#smoother.end(); // what has come is shown
    this.#painter.soon();
    this.#rest();
    this.#show('stopped', this.#words ? `Stopped after ${this.#words} of ${this.#all} words` : 'Stopped before anything came');
  }

  #resume() {
    this.#stream.open();
    this.#ticker.start();
  }

  #rest() {
    raw.rest();
    even.rest();
  }

  #show(word, words) {
    arrival.dataset.state = word;
    if (status.textContent !== words) status.textContent = words;
    notice.textContent = this.#again ? 'The server no longer had this message, so it was sent again.' : '';
    stopButton.textContent = word === 'stopped' ? 'Resume' : 'Stop';
    this.#enable(stopButton, word === 'stopped' ? Boolean(this.#stream) : !['idle', 'complete', 'failed'].includes(word));
    this.#enable(replayButton, Boolean(this.#sent?.id));
  }

  // A focused button that is disabled would drop the keyboard's place on the page.
  #enable(button, on) {
    if (!on && document.activeElement === button) byId('send').focus();
    button.disabled = !on;
  }
}

new Page();
