// One of many streams of the same message: its connection, and the proof that all of it came.

import {EventStream} from './sse-client.js';
import {scarce} from './states.js';
import {Problem} from './stream.js';

/** Lane follows one stream. What it is in is told by `word`, one of `words` in many-fleet.js. */
export class Lane {
  word = 'stopped';
  position = 0; // chunks that have come, which is the position of the next
  resumes = 0;
  problem = null; // why it failed
  #index;
  #fleet;
  #stream = null;
  #url;
  #opened = false; // whether it was ever open
  #due = Infinity; // when chunk 0 was due, by the earliest chunk that came
  #last = 0; // when the last chunk came
  #whole = false; // whether `done` has come and everything is as it was sent

  constructor(index, fleet) {
    this.#index = index;
    this.#fleet = fleet;
  }

  /** index is its place among all, from 0. */
  get index() {
    return this.#index;
  }

  /** total is how many chunks there are. */
  get total() {
    return this.#fleet.characters.length;
  }

  get lastEventId() {
    return this.#stream?.lastEventId ?? '';
  }

  /**
   * connection is 1 or 2. Chromium opens at most 256 streams on one HTTP/2 connection. Requests without credentials
   * never share a connection with those that may have some, so half of each makes room for twice as many. Over HTTP/1.1, all are
   * among the six that a page should keep to.
   */
  get connection() {
    return scarce() ? 1 : 1 + this.#index % 2;
  }

  /** open connects, and goes on with the next chunk if some have come. */
  open() {
    const lastEventId = this.position ? String(this.position - 1) : '';
    this.#stream?.close();
    // An EventSource cannot do without credentials, and does not tell what it was refused with.
    this.#url = this.#fleet.url;
    const stream = this.#stream = new EventStream(this.#url, {
      transport: 'fetch',
      credentials: this.connection === 1 ? 'same-origin' : 'omit',
      lastEventId,
      on: {
        message: (event) => this.#chunk(JSON.parse(event.data)),
        resumed: (event) => this.#resumed(JSON.parse(event.data)),
        done: (event) => this.#done(JSON.parse(event.data)),
      },
      state: (state, detail) => { if (this.#stream === stream) this.#state(state, detail); },
    });
    stream.open();
  }

  /** stop ends the connection, if there still is one. */
  stop() {
    if (['complete', 'failed'].includes(this.word)) return;
    this.#stream?.close();
    this.#last = 0;
    this.#become('stopped');
  }

  /** giveUp ends it for a reason that lies beside the stream. */
  giveUp(problem) {
    this.problem = problem;
    this.#fleet.trouble = problem;
    this.#become('failed');
  }

  #become(word) {
    const before = this.word;
    this.word = word;
    this.#fleet.changed(this, before);
  }

  #state(state, {waiting, error, attempt}) {
    switch (state) {
      case 'connecting':
        if (waiting) this.#become('waiting');
        else if (this.word !== 'refused') this.#become(this.#opened || attempt ? 'reconnecting' : 'connecting');
        return;
      case 'live':
        this.#opened = true;
        this.#due = Infinity;
        this.#become('streaming');
        return;
      case 'reconnecting':
        this.#fleet.trouble = error;
        this.#become(error.answer?.code === 'too_many_streams' ? 'refused' : 'reconnecting');
        return;
      case 'ended':
        if (this.#whole) this.#become('complete');
        else this.#fail(new Problem('The server ended the stream before all had come.', 'incomplete'));
        return;
      case 'failed':
        this.#fail(error);
        return;
      case 'closed':
        this.#become('stopped'); // until the page is back, if it was left
        return;
      default:
        this.#become(state); // stale
    }
  }

  // A server that has started anew has no such message. It gets it again.
  #fail(error) {
    if (error.status === 404) {
      this.#become('reconnecting');
      if (this.#url === this.#fleet.url) this.#fleet.forgotten(this);
      else this.open(); // it has it already
      return;
    }
    this.giveUp(error.status ? new Problem('The server refuses this stream.', error.answer.code, error.answer) : error);
  }

  #resumed({from, resumed}) {
    if (resumed && from !== this.position) throw disorder(this.position, from);
    if (!resumed) this.position = 0;
    this.resumes++;
  }

  #chunk({position, chunk}) {
    if (position !== this.position) throw disorder(this.position, position);
    if (chunk !== this.#fleet.characters[position]) {
      throw new Problem(`Character ${position + 1} is not the one that was sent.`, 'corrupt');
    }
    this.position++;
    const now = performance.now();
    const due = now - position * this.#fleet.interval;
    this.#due = Math.min(this.#due, due);
    this.#fleet.came(this, due - this.#due, this.#last && now - this.#last);
    this.#last = now;
  }

  #done({total, sha256}) {
    const {characters, digest} = this.#fleet;
    if (total !== this.position || total !== characters.length) throw disorder(this.position, 'the end');
    if (digest && sha256 !== digest) throw new Problem('The text is not the one that was sent: the SHA-256 differs.', 'digest');
    this.#whole = true;
  }
}

function disorder(want, got) {
  return new Problem(`Character ${want + 1} was due, and ${got === 'the end' ? got : `character ${got + 1}`} came.`, 'disorder');
}
