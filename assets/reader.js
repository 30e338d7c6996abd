// One reader of the live message: its stream, how that is paced, and what has arrived.

import {Painter} from './frame.js';
import {explain} from './problems.js';
import {ReaderCard} from './reader-card.js';
import {Ticker, describe} from './states.js';
import {Problem, Stream, at} from './stream.js';

const utf8 = new TextEncoder();
const notYet = 'Not reading yet';

/** Reader follows the message that it is told, in a card of the page. */
export class Reader {
  #card;
  #painter = new Painter(() => this.#card.paint());
  #now = () => {}; // says how the connection is
  #ticker = new Ticker(() => this.#now());
  #key; // of what a reload goes on with
  #id = ''; // of the message, '' for none
  #stream = null;
  #running = false;
  #some = 0; // pieces received
  #bytes = 0; // of their text
  #resumes = 0;
  #heard;

  /** heard(bytes) is told how much of the text is here. */
  constructor(number, pace, heard) {
    this.#key = `sseserver.reader${number}`;
    this.#heard = heard;
    this.#card = new ReaderCard(number, pace, {
      toggle: () => this.#toggle(),
      replay: () => this.follow(this.#id),
      repace: () => this.#repace(),
    });
  }

  get element() {
    return this.#card.element;
  }

  /** fields are those that say how it reads: unit, interval and fault. */
  get fields() {
    return this.#card.fields;
  }

  /** follow reads the message from its beginning, or from where the page was left; '' is no message. */
  follow(id) {
    this.#stream?.close();
    this.#stream = null;
    this.#id = id;
    this.#resumes = 0;
    this.#card.wire.clear();
    this.#restart();
    const url = this.#url();
    if (!id) this.#end('idle', 'Waiting for a message');
    else if (url) this.#open(url);
    else this.#end('failed', notYet);
  }

  #open(url) {
    const stream = new Stream(url, {session: this.#session()}, {
      state: (word, detail) => this.#state(word, detail),
      bytes: (bytes) => this.#came(bytes),
      connected: (id) => this.#card.wire.connected(id),
      chunk: ({chunk}) => this.#chunk(chunk),
      resumed: () => { this.#resumes++; },
      restart: () => this.#restart(),
      done: (data) => this.#done(stream, data),
      failed: (problem) => this.#failed(problem),
    });
    this.#stream = stream;
    this.#card.figures.start();
    stream.open();
  }

  #session() {
    return {
      key: this.#key,
      save: () => ({text: this.#card.text.text, some: this.#some, bytes: this.#bytes, resumes: this.#resumes}),
      restore: ({text, some, bytes, resumes}) => {
        this.#card.text.add(text);
        this.#some = some;
        this.#bytes = bytes;
        this.#resumes = resumes;
        this.#painter.soon();
      },
    };
  }

  // Positions do not depend on the plan, so the stream goes on with the new one.
  #repace() {
    const goesOn = this.#running || this.#card.wrong;
    const url = this.#url();
    if (!goesOn || !url) return;
    if (this.#stream) this.#stream.open(url);
    else this.#open(url);
  }

  #toggle() {
    if (this.#running) {
      this.#stream.close();
      this.#end('stopped', `Disconnected after ${this.#counted()}`, {offer: 'Reconnect', replay: true});
      return;
    }
    const url = this.#url();
    if (url) this.#stream.open(url);
  }

  // url is that of the stream as the fields ask for it, null if there is none.
  #url() {
    const query = this.#card.query();
    if (!query || !this.#id) return null;
    const url = at(`stream/${encodeURIComponent(this.#id)}`, query);
    this.#card.code(url);
    return url;
  }

  #state(word, detail) {
    this.#running = true;
    this.#now = () => this.#show(word, describe(word, detail, this.#stream.silence), {offer: 'Disconnect', replay: true});
    this.#now();
    this.#ticker.start();
  }

  #came(bytes) {
    this.#card.wire.add(bytes);
    this.#painter.soon();
  }

  #chunk(chunk) {
    this.#some++;
    this.#bytes += utf8.encode(chunk).length;
    this.#card.text.add(chunk);
    this.#card.figures.event();
    this.#heard(this.#bytes);
  }

  #restart() {
    this.#some = this.#bytes = 0;
    this.#card.text.clear();
    this.#painter.soon();
  }

  async #done(stream, {sha256}) {
    this.#painter.now();
    try {
      const proven = await this.#card.text.verify(sha256);
      if (stream !== this.#stream) return; // it follows another message meanwhile
      const resumes = this.#resumes ? `, resumed ${this.#resumes}×` : '';
      this.#end('complete', `Complete${proven}: ${this.#counted()}${resumes}`, {replay: true});
    } catch (problem) {
      if (stream === this.#stream) this.#failed(problem);
    }
  }

  #failed(problem) {
    const {code, answer} = problem;
    if (code === 'message_failed') {
      this.#end('failed', `Failed after ${this.#counted()}: ${answer.reason}`, {replay: true});
    } else if (code === 'message_not_found') {
      this.#end('failed', 'The message is gone');
    } else if (code === 'invalid_parameter') {
      this.#card.refused(problem);
      this.#end('failed', notYet);
    } else {
      const words = problem instanceof Problem ? explain(problem) : `This page has a defect: ${problem}`;
      this.#end('failed', words, {offer: 'Reconnect', replay: true});
    }
  }

  #counted() {
    return `${this.#some} ${this.#card.unit.value}${this.#some === 1 ? '' : 's'}`;
  }

  #end(word, detail, offers = {}) {
    this.#running = false;
    this.#ticker.stop();
    this.#card.figures.end();
    this.#painter.now();
    this.#show(word, detail, offers);
  }

  #show(word, detail, offers) {
    this.#card.show(word, detail, {...offers, busy: this.#running});
  }
}
