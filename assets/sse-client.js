// @ts-nocheck
// A client for Server-Sent Events: copy this file.
//
//   new EventStream(url, {on: {message: ({data}) => …}, state: (state) => …}).open();
//
//   closed → connecting → live ⇄ stale → reconnecting → connecting …, and at last ended | failed
//
// It reads with EventSource, or with fetch: to POST, for headers or bytes. Both reconnect after the last id, with backoff.
// When EventSource gives up, fetch asks why, and goes on after 408, 425, 429 and 5xx. 204 ends a stream.

/** @typedef {'closed'|'connecting'|'live'|'stale'|'reconnecting'|'ended'|'failed'} State */
/** @typedef {{type: string, data: string, lastEventId: string}} StreamEvent */
/**
 * attempt: connections in a row without an event; delay: until the next; waiting: no answer for 3 s
 * @typedef {{attempt: number, delay?: number, error?: any, waiting?: boolean}} Detail
 */
/**
 * Times are in milliseconds.
 * @typedef {Pick<RequestInit, 'method' | 'body' | 'credentials'> & Own} Options
 * @typedef {object} Own
 * @property {Record<string, (event: StreamEvent) => void>} [on] by type; one that throws fails the stream
 * @property {(state: State, detail: Detail) => void} [state]
 * @property {string | ((event: StreamEvent) => boolean)} [done] what ends it for good; default 'done'
 * @property {'fetch'} [transport] also where there is no EventSource; method to response are for it alone
 * @property {Record<string, string>} [headers]
 * @property {(bytes: Uint8Array) => void} [bytes] before their events
 * @property {(response: Response) => void} [response] also a refusal
 * @property {string} [lastEventId] to begin after
 * @property {string} [idParam] for it in the query of an EventSource; default 'lastEventId'
 * @property {number} [stale] silence until 'stale', and again until it reconnects; default 20 000
 * @property {number} [retry] until it reconnects, if the server does not tell fetch; default 1000; doubled up to 30 000
 * @property {number} [attempts] failures in a row to bear; default Infinity
 * @property {'stay' | 'close'} [hidden] default 'stay'
 * @property {{key: string, save: () => any, restore: (saved: any) => void}} [session] goes on after a reload
 */
export class EventStream {
  /** @type {State} */ state = 'closed';
  lastEventId = '';
  #url;
  #options;
  #retry;
  #fetches;
  #attempt = 0;
  #connection = null; // AbortController
  #page = null; // of its listeners, null if over
  #asleep = false; // page hidden or left
  #opened = Infinity;
  #life = 0; // the last sign of it
  #timer = 0;
  #patience = 0;

  /** @param {string | URL} url @param {Options} [options] */
  constructor(url, options = {}) {
    this.#url = new URL(url, globalThis.document?.baseURI);
    this.#options = {
      on: {}, done: 'done', idParam: 'lastEventId', stale: 20_000, retry: 1000, attempts: Infinity, ...options,
    };
    this.#retry = this.#options.retry;
    this.#fetches = options.transport === 'fetch' || !globalThis.EventSource;
    this.lastEventId = options.lastEventId ?? '';
    this.#restore();
  }

  /** Milliseconds since anything came. */
  get silence() {
    return performance.now() - this.#life;
  }

  /** Connects; after close or a failure, behind the last id. */
  open() {
    this.#stop();
    this.#attempt = 0;
    this.#page = new AbortController();
    const listen = (where, type, then) => where?.addEventListener?.(type, then, this.#page);
    listen(globalThis, 'online', () => this.#wake());
    listen(globalThis, 'pagehide', () => this.#leave());
    listen(globalThis, 'pageshow', () => this.#wake());
    listen(globalThis.document, 'visibilitychange', () => {
      if (!document.hidden) this.#wake();
      else if (this.#options.hidden === 'close') this.#sleep();
    });
    this.#connect();
    return this;
  }

  /** Ends the connection. */
  close() {
    if (this.#page) this.#stop('closed');
  }

  /** Ends it as failed. @param {any} error */
  fail(error) {
    if (this.#page) this.#stop('failed', {error});
  }

  #set(state, detail) {
    this.state = state;
    this.#options.state?.(state, {attempt: this.#attempt, ...detail});
  }

  #stop(state, detail) {
    this.#drop();
    this.#page?.abort();
    this.#page = null;
    if (state) this.#set(state, detail);
  }

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#connection?.abort();
    this.#connection = null;
    this.#asleep = false;
  }

  #sleep() {
    this.#drop();
    this.#asleep = true;
    this.#set('closed');
  }

  #wake() {
    if (this.#asleep || this.state === 'reconnecting') this.#connect();
  }

  // A page may come back, but not its connections.
  #leave() {
    const {session} = this.#options;
    try {
      if (session) sessionStorage.setItem(session.key, JSON.stringify([this.#url, this.lastEventId, session.save()]));
    } catch {} // no room
    this.#sleep();
  }

  #restore() {
    const {session} = this.#options;
    if (!session) return;
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(session.key)) ?? [];
      sessionStorage.removeItem(session.key);
    } catch {}
    if (kept[0] !== this.#url.href) return;
    this.lastEventId = kept[1];
    session.restore(kept[2]);
  }

  #connect() {
    this.#drop();
    const {signal} = this.#connection = new AbortController();
    this.#life = performance.now();
    this.#opened = Infinity;
    this.#set('connecting');
    if (signal.aborted) return;
    this.#patience = setTimeout(() => this.#set('connecting', {waiting: true}), 3000);
    this.#watch();
    this.#follow(signal).then(() => new StreamError('The stream ended early.'), (error) => error)
      .then((error) => signal.aborted || this.#lost(error));
  }

  async #follow(signal) {
    this.#fetches ||= await this.#source(signal);
    if (this.#fetches && !signal.aborted) await this.#fetch(signal);
  }

  // Answers whether EventSource gave up; a broken network is no reason to.
  #source(signal) {
    const {on, done, idParam} = this.#options;
    const url = new URL(this.#url);
    if (this.lastEventId) url.searchParams.set(idParam, this.lastEventId);
    const source = new EventSource(url);
    signal.addEventListener('abort', () => source.close());
    source.onopen = () => this.#live();
    const take = (event) => event instanceof MessageEvent && this.#take(event, signal);
    for (const type of ['message', 'heartbeat', done, ...Object.keys(on)]) source.addEventListener(type, take);
    return new Promise((resolve) => {
      source.addEventListener('error', (event) => {
        if (event instanceof MessageEvent) return; // from the server
        resolve(source.readyState === EventSource.CLOSED);
        source.close();
      });
    });
  }

  async #fetch(signal) {
    const {method, body, credentials, headers, bytes} = this.#options;
    const id = this.lastEventId && {'Last-Event-ID': String.fromCharCode(...new TextEncoder().encode(this.lastEventId))};
    const response = await fetch(this.#url, {
      method, body, credentials, signal, cache: 'no-store', headers: {Accept: 'text/event-stream', ...id, ...headers},
    });
    this.#options.response?.(response);
    if (response.status !== 200 || !/^text\/event-stream\b/i.test(response.headers.get('Content-Type'))) throw await refusal(response);
    if (signal.aborted) return;
    this.#live();
    const events = new EventReader(this.lastEventId);
    for (const reader = response.body.getReader(); ;) {
      const {done, value} = await reader.read();
      if (done || signal.aborted) return;
      this.#alive();
      bytes?.(value);
      for (const event of events.push(value)) this.#take(event, signal);
      if (signal.aborted) return;
      this.lastEventId = events.lastEventId;
      this.#retry = events.retry ?? this.#retry;
    }
  }

  #live() {
    clearTimeout(this.#patience);
    this.#opened = this.#life = performance.now();
    this.#set('live');
    this.#watch();
  }

  #alive() {
    this.#life = performance.now();
    if (this.state === 'stale') this.#live();
  }

  #take(event, signal) {
    if (signal.aborted) return;
    this.#alive();
    this.#attempt = 0;
    this.lastEventId = event.lastEventId || this.lastEventId; // '' of a new EventSource
    const {on, done} = this.#options;
    try {
      on[event.type]?.(event);
      if (!signal.aborted && (done.call ? done(event) : done === event.type)) this.#stop('ended');
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  // A late timer was held up with the whole tab; what came meanwhile is behind it.
  #watch(grace = 0) {
    const {stale} = this.#options;
    clearTimeout(this.#timer);
    if (!stale || !this.#connection) return;
    const left = () => stale * (this.state === 'live' ? 1 : 2) - this.silence;
    const delay = Math.max(left(), grace);
    const due = performance.now() + delay;
    this.#timer = setTimeout(() => {
      if (performance.now() - due > 500) return this.#watch(1000);
      if (left() > 0) return this.#watch();
      if (this.state !== 'live') return this.#lost(new StreamError('The server is silent.'));
      this.#set('stale');
      this.#watch();
    }, delay);
  }

  #lost(error) {
    this.#drop();
    if (error.status === 204) return this.#stop('ended');
    if (performance.now() - this.#opened > 10_000) this.#attempt = 0;
    if (error.final || this.#attempt >= this.#options.attempts) return this.fail(error);
    const backoff = Math.min((this.#retry || 1) * 2 ** this.#attempt++, Math.max(this.#retry, 30_000));
    const delay = Math.min(Math.max(backoff * (1 + Math.random() / 2), error.retryAfter || 0), 1e9); // timers take no more
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#set('reconnecting', {delay, error});
  }
}

/** Why there is no stream, with the status and the JSON of an answer. */
export class StreamError extends Error {
  status = 0;
  /** @type {any} */ answer = {};
}

async function refusal(response) {
  const {status, headers} = response;
  return Object.assign(new StreamError(`No event stream, but status ${status}.`), {
    status,
    answer: await response.json().catch(() => ({})),
    retryAfter: 1000 * headers.get('Retry-After'),
    final: !/^(408|425|429|5)/.test(status),
  });
}

/** Reads an event stream that is cut anywhere. */
export class EventReader {
  /** @type {number | undefined} */ retry; // milliseconds
  #decoder = new TextDecoder(); // passes over a byte order mark
  #line = '';
  #cr = false; // came last, and may have an LF
  #type = '';
  #data = [];
  #last;

  constructor(lastEventId = '') {
    this.lastEventId = this.#last = lastEventId;
  }

  /** Answers the events that are complete. @param {Uint8Array} bytes @returns {StreamEvent[]} */
  push(bytes) {
    let text = this.#decoder.decode(bytes, {stream: true});
    if (!text) return [];
    if (this.#cr && text[0] === '\n') text = text.slice(1);
    this.#cr = text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop();
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line) {
    if (!line) return this.#dispatch();
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#type = value;
    if (field === 'id' && !value.includes('\0')) this.#last = value;
    if (field === 'retry' && /^\d+$/.test(value)) this.retry = +value;
    return [];
  }

  #dispatch() {
    this.lastEventId = this.#last;
    const [type, data] = [this.#type || 'message', this.#data];
    this.#type = '';
    this.#data = [];
    return data.length ? [{type, data: data.join('\n'), lastEventId: this.#last}] : [];
  }
}
