// One run of the lab: two clients that read the same text, under the same plan.

import {Careful} from './lab-careful.js';
import {Lane, left} from './lab-lane.js';
import {Ledger} from './lab-ledger.js';
import {naive} from './lab-naive.js';
import {torn} from './lab-verdict.js';
import {Watch} from './lab-watch.js';

/**
 * Reader is what both clients have in common: the lane and the ledger that say what they did, and the card that shows it.
 */
class Reader {
  lane = new Lane();
  ledger = new Ledger();
  state = ''; // how it ended: 'ended', 'failed', 'stopped'; '' while it has not
  done; // what the server said of the whole text; undefined where it did not, or was not heard
  dropped = false; // nobody wants to know any more how it ends
  good; // whether the text turned out to be the one that was sent; undefined while nobody knows

  constructor(card, title) {
    this.card = card;
    this.title = title;
  }
}

/**
 * Run is both clients at work. It tells what happens through `on`:
 *   soon()                  there is something new to paint
 *   state(state, detail)    of the careful client, as sse-client.js tells it
 *   nothingNew(count)       so many connections in a row brought the careful client nothing new
 *   over(reader, detail)    one of the two, careful or naive, has ended
 */
export class Run {
  careful;
  naive;
  #url;
  #on;
  #began = performance.now();
  #client;
  #watch;
  #last = 0; // when the latter of the two ended

  constructor({url, transport, stale, naive: kind}, cards, on) {
    this.#url = url;
    this.#on = on;
    this.careful = new Reader(cards.careful, 'sse-client.js');
    this.naive = new Reader(cards.naive, 'Naive client');
    cards.careful.begin(transport !== 'fetch');
    cards.naive.begin(kind === 'source');
    this.#startCareful({transport, stale});
    this.#startNaive(naive[kind]);
  }

  /** now is the milliseconds since the run began; they stand still once both clients have ended. */
  get now() { return this.over ? this.#last : this.#clock(); }

  get over() { return this.careful.state !== '' && this.naive.state !== ''; }

  /** silence is the milliseconds since the careful client heard anything. */
  get silence() { return this.#client.silence; }

  get lanes() { return [this.careful, this.naive]; }

  #clock = () => performance.now() - this.#began;

  /** goOn lets the careful client go on at another address of the same text. */
  goOn(url) {
    this.careful.state = '';
    this.#client.follow(url);
  }

  stop() {
    if (!this.careful.state) this.#client.stop();
    if (!this.naive.state) {
      this.#watch.stop();
      this.#end(this.naive, 'stopped');
    }
  }

  /** drop stops the run, and its cards are free for another one. */
  drop() {
    for (const reader of this.lanes) reader.dropped = true;
    this.stop();
  }

  #end(reader, state, detail = {}) {
    if (reader.state) return;
    const now = this.#last = this.#clock();
    reader.state = state;
    reader.lane.hangUp(state === 'stopped' ? 'stopped' : '', now);
    reader.lane.state(state, now);
    this.#on.over(reader, detail);
  }

  #startCareful(settings) {
    const {card, ledger, lane} = this.careful;
    this.#client = new Careful(settings, {ledger, lane, clock: this.#clock}, {
      state: (state, detail) => this.#on.state(state, detail),
      connecting: (lastEventId) => card.connected(lastEventId),
      bytes: (bytes) => card.bytes(bytes),
      piece: (text, again) => {
        card.piece(text, again);
        this.#on.soon();
      },
      restart: () => card.restart(),
      nothingNew: (count) => this.#on.nothingNew(count),
      over: (state, detail) => {
        this.careful.done = detail.done;
        this.#end(this.careful, state, detail);
      },
    });
    this.#client.follow(this.#url);
  }

  async #startNaive({run, endless}) {
    const {card, lane} = this.naive;
    const state = (word, words) => {
      lane.state(word, this.#clock());
      card.state({live: 'streaming'}[word] ?? word, words);
      this.#on.soon();
    };
    const watch = this.#watch = new Watch({
      connect: () => {
        lane.hangUp(left, this.#clock());
        lane.connect('', this.#clock());
        card.connected('');
        state('connecting', 'Connecting…');
      },
      answered: () => state('live', 'Streaming'),
      bytes: (bytes) => {
        card.bytes(bytes);
        this.#on.soon();
      },
      lost: (why) => {
        lane.hangUp(why, this.#clock());
        if (!this.naive.state) state('reconnecting', 'Connection lost');
      },
      spent: () => this.#end(this.naive, 'failed', {words: `It never learns that the text is complete, and begins anew. The page ended it after ${lane.connections.length} connections.`}),
    });
    try {
      await run({url: this.#url, fetch: watch.fetch, EventSource: watch.EventSource, show: (data) => this.#show(data)});
      if (!endless) lane.hangUp(left, this.#clock());
      const {end} = lane.connections.at(-1) ?? {};
      const bodiless = end === 'status 204' && lane.connections.length > 1; // some browsers have no stream for it, which is an error
      if (bodiless || ['no answer', 'connection lost', left].includes(end)) this.#end(this.naive, 'failed', {words: `${torn(lane)}It gave up after ${lane.connections.length} connections, each from the start.`});
      else if (!endless) this.#end(this.naive, 'ended');
    } catch {
      lane.hangUp(left, this.#clock());
      this.#end(this.naive, 'failed', {words: `${torn(lane)}It stopped at the first error.`});
    }
    if (!endless) watch.stop(); // or a connection that it has left would take the place of another
  }

  // What a naive client shows is the text, and nothing of the events that have none.
  #show({chunk, position, total}) {
    if (this.naive.state || typeof chunk !== 'string') return;
    const {ledger, lane, card} = this.naive;
    const again = ledger.take(position, chunk, total);
    lane.piece(position, again, this.#clock());
    card.piece(chunk, again);
    this.#on.soon();
  }
}
