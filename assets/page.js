// From the button to the last chunk: the flow that both pages share.

import {blamed, offerFaults, plan} from './faults.js';
import {Painter} from './frame.js';
import {Ticker, describe} from './states.js';
import {Problem, Stream, at, send} from './stream.js';
import {keep, recall} from './token.js';
import * as view from './view.js';

/**
 * start brings a page to life. `kind` says what is particular to it:
 *   path           'stream' or 'progress'
 *   first          position of the first chunk
 *   skips          whether a live message has only some of the positions
 *   query()        further query parameters, as an object
 *   noun()         what one chunk is called
 *   take(data)     keeps one chunk
 *   paint()        shows what was kept, at most once per frame of the screen
 *   clear()        forgets everything
 *   check(done)    proves the whole; answers what was proven, in words, or throws a Problem
 */
export function start(kind) {
  const page = new Page(kind);
  view.form.addEventListener('submit', (event) => {
    event.preventDefault();
    page.submit();
  });
  view.message.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) view.form.requestSubmit();
  });
  view.stopButton.addEventListener('click', () => page.toggle());
  addEventListener('hashchange', () => page.followHash());
  addEventListener('pagehide', () => page.stop());
  page.followHash();
  offerFaults();
}

class Page {
  #kind;
  #stream = null; // the stream on show, null before the first
  #sending = null; // AbortController of a message on its way
  #running = false; // whether Stop has something to stop
  #some = 0; // chunks received
  #all; // chunks to come in all; undefined or null while unknown
  #noun = ''; // what they are called; the form may change while they come
  #resumes = 0;
  #painter = new Painter(() => this.#paint());
  #now = () => {}; // says how the connection is
  #ticker = new Ticker(() => this.#now());

  constructor(kind) {
    this.#kind = kind;
  }

  /** submit sends what the form holds and follows its stream. */
  async submit() {
    if (!this.#valid()) return;
    this.#begin();
    this.#show('sending', 'Sending the message…');
    view.reveal();
    const sending = this.#sending = new AbortController();
    const token = view.token.value.trim() || recall();
    try {
      const id = await send(view.message.value, token, sending.signal);
      keep(token);
      if (sending.signal.aborted) return;
      history.replaceState(null, '', `#${id}`); // a reload follows the same message again
      const {first} = this.#kind;
      this.#follow(id, {first});
    } catch (problem) {
      if (!sending.signal.aborted) this.#failed(problem);
    }
  }

  /** followHash follows the message whose id stands behind the # of the address, if there is one. */
  followHash() {
    const id = location.hash.slice(1);
    if (!id) return;
    this.#begin();
    const {first, skips} = this.#kind;
    this.#follow(id, skips ? {skips} : {first}); // it may be a live one
  }

  /** toggle is the Stop button, which after a stop says Resume. */
  toggle() {
    if (this.#running) this.stop();
    else this.#stream?.open();
  }

  stop() {
    if (!this.#running) return;
    this.#sending?.abort();
    this.#stream?.close();
    view.clearFault();
    this.#end('stopped', this.#some ? `Stopped after ${this.#counted()}` : 'Stopped before anything came');
  }

  #valid() {
    view.clearFault();
    if (view.message.value === '') {
      view.fault('The message is empty. Write something first.', view.message);
    } else if (view.interval.validity.badInput) {
      view.fault('The interval is not a number.', view.interval);
    } else {
      return true;
    }
    return false;
  }

  #begin() {
    this.#sending?.abort();
    this.#stream?.close();
    this.#stream = null;
    view.clearFault();
    view.wire.clear();
    this.#restart();
    this.#resumes = 0;
    this.#noun = this.#kind.noun();
  }

  #follow(id, order) {
    const {path, query} = this.#kind;
    const options = {...query(), ...plan()};
    if (view.interval.value !== '') options.interval = `${view.interval.valueAsNumber}ms`;
    const url = at(`${path}/${encodeURIComponent(id)}`, options);
    view.follow(url);
    this.#stream = new Stream(url, order, {
      state: (word, detail) => this.#state(word, detail),
      bytes: (bytes) => this.#bytes(bytes),
      connected: (id) => view.wire.connected(id),
      chunk: (data, position) => this.#chunk(data, position),
      resumed: () => { this.#resumes++; },
      restart: () => this.#restart(),
      done: (data) => this.#done(data),
      failed: (problem) => this.#failed(problem),
    });
    this.#stream.open();
  }

  #state(word, detail) {
    this.#now = () => this.#show(word, describe(word, detail, this.#stream.silence));
    this.#now();
    this.#ticker.start();
  }

  #bytes(bytes) {
    view.wire.add(bytes);
    this.#painter.soon();
  }

  #chunk(data, position) {
    this.#some = position - this.#kind.first + 1;
    this.#all = data.total;
    this.#kind.take(data);
  }

  #restart() {
    this.#some = 0;
    this.#all = undefined;
    this.#kind.clear();
    this.#painter.soon();
  }

  async #done(data) {
    const stream = this.#stream;
    this.#all = data.total; // which nobody knew while a live message was open
    this.#painter.now();
    try {
      const proven = await this.#kind.check(data);
      if (stream !== this.#stream) return; // the next message was sent meanwhile
      const resumes = this.#resumes ? `, resumed ${this.#resumes}×` : '';
      this.#end('complete', `Complete${proven}: ${this.#counted()}${resumes}`);
      this.#stream = null;
      view.offer('');
    } catch (problem) {
      if (stream === this.#stream) this.#failed(problem);
    }
  }

  #failed(problem) {
    this.#end('failed', 'Failed');
    const words = problem instanceof Problem ? problem.message : `This page has a defect: ${problem}`;
    if (problem.code === 'unauthorized') {
      keep('');
      view.askForToken();
    }
    view.fault(words, {invalid_parameter: blamed(words, view.interval), unauthorized: view.token}[problem.code]);
  }

  // counted is "3 of 5 words", or "3 words" if that is all, or nobody knows of how many.
  #counted() {
    const all = this.#all || this.#some;
    return `${this.#some < all ? `${this.#some} of ` : ''}${all} ${this.#noun}${all === 1 ? '' : 's'}`;
  }

  #show(word, detail) {
    this.#running = true;
    view.state(word, detail);
    view.offer('Stop');
  }

  #end(word, detail) {
    this.#running = false;
    this.#sending = null;
    this.#ticker.stop();
    this.#painter.now();
    view.state(word, detail);
    view.offer(this.#stream ? 'Resume' : '');
  }

  #paint() {
    view.progress(this.#some, this.#all);
    this.#kind.paint();
    view.wire.paint();
  }
}
