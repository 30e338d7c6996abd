// A feed of the admin listener, and the state of its connection in words.

import {address, refusal} from './ask.js';
import {say} from './say.js';
import {EventStream} from './sse-client.js';
import {Ticker, describe} from './states.js';

const byId = (id) => document.getElementById(id);

const arrival = byId('arrival');
const status = byId('status');

/** Feed follows url, resumes after a lost connection, and says on the page how it is connected. */
export class Feed {
  #stream;
  #word = 'connecting';
  #detail = {};
  #due = 0; // when it connects again, by performance.now()
  #live; // the word for a connection that works
  #refused;
  #ticker = new Ticker(() => this.say());

  /**
   * on has a function for each type of event; live() returns the word for a connection that works; refused(answer) is called with
   * the problem of a request that the server refuses with 400.
   */
  constructor(url, {on, live = () => 'Live', refused = () => {}}) {
    this.#live = live;
    this.#refused = refused;
    // With fetch, because comments are a sign of life too: where little happens, nothing else comes.
    this.#stream = new EventStream(address(url), {on, transport: 'fetch', state: (word, detail) => this.#set(word, detail)});
    this.#ticker.start();
    this.#stream.open();
  }

  close() {
    this.#ticker.stop();
    this.#stream.close();
  }

  #set(word, detail) {
    this.#word = word;
    this.#detail = {...detail, seconds: () => Math.ceil((this.#due - performance.now()) / 1000)};
    this.#due = performance.now() + (detail.delay ?? 0);
    if (word === 'failed' && detail.error?.status === 400) this.#refused(detail.error.answer);
    this.say();
  }

  /** say shows the state as it is now. */
  say() {
    const silence = this.#word === 'live' ? 0 : this.#stream.silence;
    const words = {live: this.#live(), failed: refusal(this.#detail.error), closed: 'Stopped'}[this.#word];
    arrival.dataset.state = {live: 'streaming', closed: 'stopped'}[this.#word] ?? this.#word;
    say(status, words ?? describe(this.#word, this.#detail, silence));
  }
}
