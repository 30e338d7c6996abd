// The client that goes on where it was cut: sse-client.js, and what a page that uses it should keep in mind.

import {EventStream, StreamError} from './sse-client.js';

/** enough connections in a row that brought nothing new, and the page ends what would go on for ever. */
export const enough = 20;

/**
 * Careful follows one text with sse-client.js and keeps ledger and lane. It tells what happens through `on`:
 *   state(state, detail)        as sse-client.js tells it; detail.answered says whether the server answered this connection
 *   connecting(lastEventId)     a connection begins
 *   bytes(bytes)                as they came; only with fetch
 *   piece(text, again)          a piece came; again if it had come before
 *   restart()                   the text begins anew: forget it
 *   nothingNew(count)           so many connections in a row brought nothing new; 0 once something did
 *   over(state, detail)         it has ended, failed, or was 'stopped'; done is in detail.done
 */
export class Careful {
  #stream = null;
  #settings;
  #ledger;
  #lane;
  #clock;
  #on;
  #fresh = true; // the next piece is the first of a connection that begins at the start
  #answered = false; // by the connection that there is
  #learned = false; // something new came on it
  #barren = 0; // connections in a row that were answered and brought nothing new
  #stopping = false;
  #done;

  /** settings are transport, 'fetch' or 'EventSource', and stale, in milliseconds. */
  constructor(settings, {ledger, lane, clock}, on) {
    this.#settings = settings;
    this.#ledger = ledger;
    this.#lane = lane;
    this.#clock = clock;
    this.#on = on;
  }

  /** follow connects to url; where a text was followed before, it goes on in it. */
  follow(url) {
    const {transport, stale} = this.#settings;
    const options = {
      on: {
        message: (event) => this.#message(event),
        resumed: ({data}) => this.#resumed(JSON.parse(data)),
        done: ({data}) => { this.#done = JSON.parse(data); },
      },
      state: (state, detail) => this.#state(state, detail),
      lastEventId: this.#stream?.lastEventId ?? '',
      stale,
    };
    if (transport === 'fetch') Object.assign(options, {transport, bytes: (bytes) => this.#on.bytes(bytes)});
    this.#stream = new EventStream(url, options).open();
  }

  get silence() { return this.#stream?.silence ?? 0; }

  /** stop ends it for good. */
  stop() {
    this.#stopping = true;
    this.#stream.close();
  }

  #state(state, detail) {
    const now = this.#clock();
    if (state === 'connecting' && !detail.waiting) this.#connecting(now);
    if (state === 'live') this.#answered = true;
    if (['reconnecting', 'ended', 'failed', 'closed'].includes(state)) this.#lost(state, detail, now);
    if (state === 'reconnecting') this.#lane.state(state, now, now + detail.delay);
    else if (!this.#stopping) this.#lane.state(state === 'closed' ? 'asleep' : state, now); // in the back of the browser
    this.#on.state(state, {...detail, answered: this.#answered});
    if (state === 'ended' || state === 'failed') this.#on.over(state, {...detail, done: this.#done});
    if (this.#stopping) this.#on.over('stopped', {});
    else if (state === 'reconnecting' && this.#barren >= enough) this.stop();
  }

  #connecting(now) {
    const {lastEventId} = this.#stream ?? {lastEventId: ''};
    this.#fresh = lastEventId === '';
    this.#answered = this.#learned = false;
    this.#lane.connect(lastEventId, now);
    this.#on.connecting(lastEventId);
  }

  #lost(state, detail, now) {
    this.#lane.hangUp(ending(state, detail), now);
    if (state !== 'reconnecting' || this.#learned || !this.#answered && !detail?.error?.status) return;
    this.#on.nothingNew(++this.#barren);
  }

  #message({data}) {
    const {position, chunk, total} = JSON.parse(data);
    if (this.#fresh) this.#restart();
    const again = this.#ledger.take(position, chunk, total);
    this.#lane.piece(position, again, this.#clock());
    this.#on.piece(chunk, again);
    if (again || this.#learned) return;
    this.#learned = true;
    if (this.#barren > 0) this.#on.nothingNew(this.#barren = 0);
  }

  #resumed({resumed}) {
    if (!resumed) this.#restart();
  }

  // A connection that begins at the start brings everything once more, so what is on show has to go.
  #restart() {
    this.#fresh = false;
    if (this.#ledger.seen === 0) return;
    this.#ledger.restart();
    this.#on.restart();
  }
}

/** ending says in a few words how a connection ended. */
function ending(state, {error} = {}) {
  if (state === 'ended') return 'done';
  if (state === 'closed') return 'stopped';
  if (error?.status) return `status ${error.status}`;
  if (error instanceof StreamError) return error.message.replace(/\.$/, '').replace(/^The /, 'the ');
  return 'connection lost';
}
