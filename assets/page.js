// From the button to the last chunk: the flow that both pages share.

import * as address from './address.js';
import {unfit} from './duration.js';
import {blamed, offerFaults, plan} from './faults.js';
import {Painter} from './frame.js';
import {bounds, explain, resumable, sendable, within} from './problems.js';
import {Ticker, describe, unanswered} from './states.js';
import {Problem, Stream, at, send} from './stream.js';
import {keep, recall} from './token.js';
import * as view from './view.js';

const patience = 3000; // milliseconds without an answer until the page says why

/**
 * start brings a page to life. `kind` says what is particular to it:
 *   path                    'stream' or 'progress'
 *   first                   position of the first chunk
 *   skips                   whether a live message has only some of the positions
 *   query()                 further query parameters, as an object
 *   noun()                  what one chunk is called
 *   take(data)              keeps one chunk
 *   paint(some, all)        shows what was kept, at most once per frame of the screen; all is undefined or null while unknown
 *   clear()                 forgets everything
 *   check(done)             proves the whole; answers what was proven, in words, or throws a Problem
 *   save(), restore(saved)  carry what was kept over a reload
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
  view.form.addEventListener('change', () => page.remember());
  view.stopButton.addEventListener('click', () => page.toggle());
  view.replayButton.addEventListener('click', () => page.replay());
  view.againButton.addEventListener('click', () => page.sendAgain());
  addEventListener('hashchange', () => page.followHash());
  addEventListener('pagehide', () => page.leave());
  addEventListener('pageshow', (event) => { if (event.persisted) page.back(); });
  address.fill();
  page.followHash();
  offerFaults();
}

class Page {
  #kind;
  #stream = null; // the stream on show, null before the first
  #open = () => {}; // begins it once more
  #id = ''; // of its message
  #sent = null; // the text of that, null if this page has not sent it
  #sending = null; // AbortController of a message on its way
  #running = false; // whether Stop has something to stop
  #some = 0; // chunks received
  #all; // chunks to come in all; undefined or null while unknown
  #noun = ''; // what they are called; the form may change while they come
  #resumes = 0;
  #bounds; // of the interval, if the server has told them
  #painter = new Painter(() => this.#paint());
  #now = () => {}; // says how the connection is
  #ticker = new Ticker(() => this.#tick());

  constructor(kind) {
    this.#kind = kind;
  }

  submit() {
    const text = view.message.value;
    if (this.#valid(text)) this.#send(text);
  }

  /** sendAgain sends the message on show once more, whatever has been typed since; one of somebody else is not known. */
  sendAgain() {
    const text = this.#sent ?? view.message.value;
    if (this.#valid(text)) this.#send(text);
  }

  /** followHash follows the message whose id stands behind the # of the address, if there is one. */
  followHash() {
    const id = location.hash.slice(1);
    if (!id) return;
    this.#sent = null;
    const {first, skips} = this.#kind;
    this.#follow(decoded(id), skips ? {skips} : {first}); // it may be a live one
  }

  /** toggle is the Stop button, which after a stop says Resume. */
  toggle() {
    if (this.#running) this.#stop();
    else this.#resume();
  }

  /** replay follows the same message from its beginning, with the plan that it had. */
  replay() {
    this.#begin();
    this.#open();
  }

  /** leave gives up what cannot go on when the reader comes back; a stream can. */
  leave() {
    if (this.#sending) this.#stop();
  }

  /** back forgets what was kept for a reload: the page itself was kept. */
  back() {
    try {
      sessionStorage.removeItem(this.#session);
    } catch {
      // Storage is turned off.
    }
  }

  /** remember keeps in the address what the form asks for. */
  remember() {
    address.remember(this.#id);
  }

  async #send(text) {
    this.#begin();
    this.#show('sending', 'Sending the message…');
    const late = setTimeout(() => this.#show('sending', unanswered()), patience);
    view.reveal();
    const token = view.token.value.trim() || recall();
    const {signal} = this.#sending = new AbortController();
    try {
      const id = await send(text, token, signal);
      keep(token);
      if (signal.aborted) return;
      this.#sending = null;
      address.remember(id); // a reload follows the same message again
      this.#sent = text;
      const {first} = this.#kind;
      this.#follow(id, {first});
    } catch (problem) {
      if (signal.aborted) return;
      this.#sent = text;
      this.#failed(problem);
    } finally {
      clearTimeout(late);
    }
  }

  #resume() {
    view.clearFault();
    view.figures.start();
    this.#stream?.open();
  }

  #stop() {
    if (!this.#running) return;
    this.#sending?.abort();
    this.#stream?.close();
    view.clearFault();
    this.#end('stopped', this.#some ? `Stopped after ${this.#counted()}` : 'Stopped before anything came', Boolean(this.#stream));
  }

  #valid(text) {
    view.clearFault();
    const {value, valueAsNumber} = view.interval;
    const wrong = unfit(view.interval);
    const {min, max} = this.#bounds ?? {min: 0, max: Infinity};
    if (text === '') {
      view.fault('The message is empty. Write something first.', {field: view.message});
    } else if (wrong) {
      view.fault(wrong, {field: view.interval});
    } else if (value !== '' && (valueAsNumber < min || valueAsNumber > max)) {
      view.fault(within(this.#bounds), {field: view.interval});
    } else {
      return true;
    }
    return false;
  }

  #begin() {
    this.#sending?.abort();
    this.#sending = null;
    this.#stream?.close();
    this.#stream = null;
    this.#ticker.stop();
    view.clearFault();
    view.wire.clear();
    this.#restart();
    this.#resumes = 0;
  }

  #follow(id, order) {
    this.#begin();
    const {path, query, noun} = this.#kind;
    const url = at(`${path}/${encodeURIComponent(id)}`, {...query(), ...plan(), ...address.pace()});
    this.#id = id;
    this.#noun = noun();
    view.follow(url);
    this.#open = () => {
      view.figures.start();
      this.#stream = this.#streamOf(url, order);
      this.#stream.open();
    };
    this.#open();
  }

  #streamOf(url, order) {
    const session = {key: this.#session, save: () => this.#saved(), restore: (saved) => this.#restore(saved)};
    return new Stream(url, {...order, session}, {
      state: (word, detail) => this.#state(word, detail),
      bytes: (bytes) => this.#bytes(bytes),
      connected: (id) => view.wire.connected(id),
      chunk: (data, position) => this.#chunk(data, position),
      resumed: () => { this.#resumes++; },
      restart: () => this.#restart(),
      done: (data) => this.#done(data),
      failed: (problem) => this.#failed(problem),
    });
  }

  get #session() {
    return `sseserver.${this.#kind.path}`;
  }

  #saved() {
    return {some: this.#some, all: this.#all, resumes: this.#resumes, sent: this.#sent, kind: this.#kind.save()};
  }

  #restore({some, all, resumes, sent, kind}) {
    this.#some = some;
    this.#all = all;
    this.#resumes = resumes;
    this.#sent = sent;
    this.#kind.restore(kind);
    this.#painter.soon();
  }

  #state(word, detail) {
    this.#now = () => this.#show(word, describe(word, detail, this.#stream.silence));
    this.#now();
    this.#ticker.start();
  }

  #tick() {
    this.#now();
    view.figures.paint(); // a gap grows
  }

  #bytes(bytes) {
    view.wire.add(bytes);
    this.#painter.soon();
  }

  #chunk(data, position) {
    this.#some = position - this.#kind.first + 1;
    this.#all = data.total;
    view.figures.event();
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
      this.#end('complete', `Complete${proven}: ${this.#counted()}${resumes}`, false);
    } catch (problem) {
      if (stream === this.#stream) this.#failed(problem);
    }
  }

  #failed(thrown) {
    const problem = thrown instanceof Problem ? thrown : new Problem(`This page has a defect: ${thrown}`, 'defect');
    this.#end('failed', 'Failed', resumable(problem));
    if (problem.code === 'unauthorized') {
      keep('');
      view.askForToken();
    }
    const field = this.#cause(problem);
    view.fault(explain(problem), {field, again: !field && sendable(problem)});
  }

  // cause is the field that has to be mended, if it is one.
  #cause({code, message, answer}) {
    switch (code) {
      case 'unauthorized':
        return view.token;
      case 'message_too_large':
        return view.message;
      case 'invalid_parameter':
        this.#bounds = bounds(answer) ?? this.#bounds;
        return blamed(message, view.interval, answer);
    }
    return undefined;
  }

  // counted is "3 of 5 words", or "3 words" if that is all, or nobody knows of how many.
  #counted() {
    const all = this.#all || this.#some;
    return `${this.#some < all ? `${this.#some} of ` : ''}${all} ${this.#noun}${all === 1 ? '' : 's'}`;
  }

  #show(word, detail) {
    this.#running = true;
    view.state(word, detail);
    view.offer('Stop', this.#stream !== null);
  }

  #end(word, detail, resumes) {
    this.#running = false;
    this.#sending = null;
    this.#ticker.stop();
    view.figures.end();
    this.#painter.now();
    view.state(word, detail);
    view.offer(resumes ? 'Resume' : '', this.#stream !== null);
  }

  #paint() {
    view.progress(this.#some, this.#all);
    this.#kind.paint(this.#some, this.#all);
    view.wire.paint();
    view.figures.paint();
  }
}

function decoded(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
