// The server as any front end meets it: POST /send, then one event stream.
// Nothing here knows what the page looks like.

import {EventStream, StreamError} from './sse-client.js';

/** Problem is a failure in words that a user can act on. */
export class Problem extends Error {
  /** code is the server's stable code (RFC 9457 member), or 'unreachable'; answer is all that it said. */
  constructor(words, code, answer = {}) {
    super(words);
    this.code = code;
    this.answer = answer;
  }
}

/** send submits the message and answers its id. */
export async function send(message, token, signal) {
  const {messageId} = await write('POST', at('send'), {message}, token, signal);
  return messageId;
}

/** write asks for a change, and answers what the server says. Without a token, '', it says nothing of who asks. */
export async function write(method, url, body, token, signal) {
  const headers = {'Content-Type': 'application/json', ...bearer(token)};
  try {
    return await read(url, {method, headers, body: JSON.stringify(body), signal});
  } catch (problem) {
    throw problem.code === 'unauthorized' ? unauthorized(token) : problem;
  }
}

/** bearer answers the header that carries the token, if there is one. */
export function bearer(token) {
  if (/[^!-~]/.test(token)) throw unauthorized(token); // fetch would not send it
  return token ? {Authorization: `Bearer ${token}`} : {};
}

/** unauthorized is what to say when the server has refused the token, or that there is none. */
export function unauthorized(token) {
  return new Problem(token ? wrongToken : noToken, 'unauthorized');
}

const noToken = 'This server takes messages only with its access token. Enter the token and try again.';
const wrongToken = 'The server does not accept this access token.';

/** read answers the JSON at url. */
export async function read(url, init) {
  const response = await ask(url, init);
  try {
    return await response.json();
  } catch {
    throw unreachable(); // the connection was lost in the middle of the answer
  }
}

/** at is the address of a path beside the page, so the server may live under any prefix of a proxy. */
export function at(path, query = {}) {
  const url = new URL(path, document.baseURI);
  url.hash = '';
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  url.search = legible(url.search);
  return url;
}

/** legible is an encoded query in which what plans are made of stands as it is. */
export function legible(query) {
  return query.replace(/%(?:3A|2C|40)/g, decodeURIComponent);
}

/** ask is fetch, except that everything but success is thrown as a Problem. */
async function ask(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch {
    throw unreachable();
  }
  if (response.ok) return response;
  throw refusal(response.status, await response.json().catch(() => ({})));
}

function refusal(status, answer) {
  if (!answer.code && [0, 502, 503, 504].includes(status)) return unreachable(); // a proxy's own words, for a server that is away
  const words = status === 200 ? 'The server answered, but not with an event stream.' : `The server answered with status ${status}.`;
  return new Problem(answer.detail || answer.title || words, answer.code, answer);
}

/** unreachable is what to say when no answer came. */
export function unreachable() {
  return new Problem('The server cannot be reached. Is it running?', 'unreachable');
}

/**
 * Stream follows one event stream to its end and checks that no chunk is lost, doubled or out of order.
 *
 *   connecting → streaming ⇄ stale            as EventStream has them; streaming is its live
 *        ↑           ↓
 *       reconnecting …                        and at last: complete | failed, or stopped by close()
 *
 * Positions begin at `first`. Those that are percents of a real job skip what was not reported: `skips`. A `session` carries the
 * stream over a reload of the page: {key, save(), restore(saved)}, as EventStream has it.
 * It tells what happens through the callbacks of `on`, of which any may be left out:
 *   state(word, detail)    'connecting', 'streaming', 'stale' or 'reconnecting', and what `describe` needs to know
 *   bytes(bytes)           the bytes as they came; where this is asked for, fetch reads them
 *   connected(id)          a connection begins, behind this id, '' for the beginning
 *   chunk(data, position)  the next chunk, always in order
 *   resumed()              the server continued where the connection was lost
 *   restart()              the server begins anew: forget all chunks
 *   done(data)             all chunks are here; the connection is closed
 *   failed(problem)        no chunk will follow unless open() is called again; none at all if the code is
 *                          'message_failed', where the producer of a live message has given up, and says why in answer.reason
 */
export class Stream {
  #url;
  #first; // position of the first chunk: 0 for characters, 1 for simulated progress
  #skips;
  #session;
  #next; // position of the chunk expected next
  #on;
  #source = null; // the EventStream, null while closed
  #last; // position of the last chunk, undefined while unknown
  #owed = 0; // connections that had nothing left to say but `done`

  /** next is the position to begin with, if that is not the first. */
  constructor(url, {first = 0, next = first, skips = false, session = null}, on) {
    this.#url = url;
    this.#first = first;
    this.#next = next;
    this.#skips = skips;
    this.#session = session;
    this.#on = on;
  }

  /** silence is how long nothing has come, in milliseconds. */
  get silence() {
    return this.#source?.silence ?? 0;
  }

  /** open connects. After close or a failure it continues with the next chunk, at url where that is now another. */
  open(url = this.#url) {
    this.close();
    this.#url = url;
    this.#owed = 0;
    const source = this.#source = new EventStream(this.#on.bytes ? url : audible(url), {
      transport: this.#on.bytes && 'fetch',
      bytes: this.#on.bytes,
      lastEventId: this.#id(),
      session: this.#kept(),
      on: {
        message: (event) => this.#read(event, this.#chunk),
        resumed: (event) => this.#read(event, this.#resumed),
        done: (event) => this.#read(event, this.#done),
        failed: (event) => this.#read(event, this.#failed),
      },
      state: (state, detail) => { if (this.#source === source) this.#state(state, detail); },
    });
    source.open();
  }

  /** close ends the connection; no callback follows. */
  close() {
    const source = this.#source;
    this.#source = null;
    source?.close();
  }

  #id() {
    return this.#next > this.#first ? String(this.#next - 1) : '';
  }

  #kept() {
    const session = this.#session;
    return session && {
      key: session.key,
      save: () => ({next: this.#next, last: this.#last, page: session.save()}),
      restore: ({next, last, page}) => {
        this.#next = next;
        this.#last = last;
        session.restore(page);
      },
    };
  }

  #state(state, detail) {
    switch (state) {
      case 'connecting':
        if (!detail.waiting) this.#on.connected?.(this.#source.lastEventId);
        break;
      case 'live':
        if (this.#next > this.#last) this.#owed++;
        state = 'streaming';
        break;
      case 'reconnecting':
        if (this.#owed > 1) return this.#fail(endless());
        break;
      case 'failed':
        return this.#fail(asProblem(detail.error));
      case 'ended': // 204: the server says that there is nothing more
        return this.#fail(new Problem('The server closed the stream.', 'closed'));
      case 'closed':
        return; // the page is left, and perhaps comes back
    }
    this.#on.state?.(state, moment(detail));
  }

  #fail(problem) {
    this.close();
    this.#on.failed?.(problem);
  }

  #read(event, take) {
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      throw new Problem('The stream carried an event that is not JSON.', 'bad_event');
    }
    take.call(this, data, event);
  }

  #chunk(data, event) {
    const position = data.position ?? Number(event.lastEventId || NaN); // progress has its position in the id alone
    if (this.#skips ? !(position >= this.#next) : position !== this.#next) {
      throw disorder(this.#next, position);
    }
    this.#next = position + 1;
    this.#last = this.#lastOf(data);
    this.#on.chunk?.(data, position);
  }

  #resumed({from, resumed}) {
    if (!resumed) {
      this.#next = this.#first;
      this.#on.restart?.();
    } else if (from === this.#next) {
      this.#on.resumed?.();
    } else {
      throw disorder(this.#next, from);
    }
  }

  #done(data) {
    if (this.#next !== this.#lastOf(data) + 1) throw disorder(this.#next, 'the end');
    this.close();
    this.#on.done?.(data);
  }

  // lastOf answers the last position, undefined while nobody knows.
  #lastOf({total}) {
    if (total === null) return undefined;
    return this.#skips ? total : this.#first + total - 1;
  }

  #failed(data) {
    throw new Problem(`The producer of this message has failed: ${data.reason}`, 'message_failed', data);
  }
}

// audible is the url of the same stream with heartbeats as events: EventSource tells of no comment.
function audible(url) {
  const asked = new URL(url);
  asked.searchParams.set('heartbeat', 'event');
  return asked;
}

// moment is a detail of a state together with when it was told, so that the time to the next attempt can be counted down.
function moment(detail) {
  const now = performance.now();
  return {...detail, seconds: () => Math.max(0, Math.ceil((now + detail.delay - performance.now()) / 1000))};
}

function asProblem(error) {
  return error instanceof StreamError ? refusal(error.status, error.answer) : error;
}

function endless() {
  return new Problem('Every chunk is here, but the stream ends without “done”, and does so each time.', 'incomplete');
}

function disorder(want, got) {
  if (Number.isNaN(got)) return new Problem('An event came without an id, which is all that tells its position.', 'disorder');
  return new Problem(`The stream is out of order: position ${want} was due, ${got} came.`, 'disorder');
}
