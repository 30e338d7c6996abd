// The server as any front end meets it: POST /send, then one EventSource.
// Nothing here knows what the page looks like.

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
  const answer = await response.json().catch(() => ({}));
  // A proxy's own words, for a server that is away.
  if (!answer.code && [502, 503, 504].includes(response.status)) throw unreachable();
  throw new Problem(answer.detail || answer.title || `The server answered with status ${response.status}.`, answer.code, answer);
}

/** unreachable is what to say when no answer came. */
export function unreachable() {
  return new Problem('The server cannot be reached. Is it running?', 'unreachable');
}

/**
 * Stream follows one event stream to its end and checks that no chunk is lost, doubled or out of order.
 *
 *   connecting → streaming ⇄ reconnecting      the browser reconnects by itself, with Last-Event-ID
 *        └──────────┴──────────────┴──→ complete | failed, or stopped by close()
 *
 * Positions begin at `first`. Those that are percents of a real job skip what was not reported: `skips`.
 * It tells what happens through the callbacks of `on`, of which any may be left out:
 *   state(word, attempt)   'connecting', 'streaming' or 'reconnecting', with the number of failed attempts
 *   event(type, id, data)  every event as it came, id '' where the event carried none
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
  #next; // position of the chunk expected next
  #on;
  #source = null; // the EventSource, null while closed
  #attempts = 0; // failed connections since the last open one
  #last; // position of the last chunk, undefined while unknown
  #owed = 0; // connections that had nothing left to say but `done`

  /** next is the position to begin with, if that is not the first. */
  constructor(url, {first = 0, next = first, skips = false}, on) {
    this.#url = url;
    this.#first = first;
    this.#next = next;
    this.#skips = skips;
    this.#on = on;
  }

  /** open connects. After close or a failure it continues with the next chunk, at url where that is now another. */
  open(url = this.#url) {
    this.close();
    this.#url = url;
    url = new URL(url);
    // A new EventSource cannot set the Last-Event-ID header; the query says the same.
    if (this.#next > this.#first) url.searchParams.set('lastEventId', this.#next - 1);

    const source = new EventSource(url);
    source.onopen = () => this.#opened();
    source.onerror = () => this.#lost();
    source.onmessage = (event) => this.#read(event, this.#chunk);
    source.addEventListener('resumed', (event) => this.#read(event, this.#resumed));
    source.addEventListener('done', (event) => this.#read(event, this.#done));
    source.addEventListener('failed', (event) => this.#read(event, this.#failed));
    this.#source = source;
    this.#attempts = 0;
    this.#owed = 0;
    this.#on.state?.('connecting', 0);
  }

  /** close ends the connection; no callback follows. */
  close() {
    this.#source?.close();
    this.#source = null;
  }

  #opened() {
    this.#attempts = 0;
    if (this.#next > this.#last) this.#owed++;
    this.#on.state?.('streaming', 0);
  }

  // A lost connection leaves EventSource CONNECTING: it tries again by itself. CLOSED is its last word,
  // after any answer that is no event stream.
  #lost() {
    if (this.#source.readyState === EventSource.CLOSED) this.#explain(this.#source);
    else if (this.#owed > 1) this.#fail(endless());
    else this.#on.state?.('reconnecting', ++this.#attempts);
  }

  // EventSource hides the answer it was refused with, so ask once more with fetch and read it.
  async #explain(source) {
    const gone = new AbortController();
    let problem = new Problem('The server closed the stream.', 'closed');
    try {
      await ask(source.url, {headers: {Accept: 'text/event-stream'}, signal: gone.signal});
    } catch (thrown) {
      problem = thrown;
    }
    gone.abort();
    if (this.#source === source) this.#fail(problem); // unless closed or reopened meanwhile
  }

  #fail(problem) {
    this.close();
    this.#on.failed?.(problem);
  }

  #read(event, take) {
    // EventSource repeats the last id on an event that has none; `resumed` is the one that has none.
    this.#on.event?.(event.type, event.type === 'resumed' ? '' : event.lastEventId, event.data);
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      this.#fail(new Problem('The stream carried an event that is not JSON.', 'bad_event'));
      return;
    }
    take.call(this, data, event);
  }

  #chunk(data, event) {
    const position = data.position ?? Number(event.lastEventId || NaN); // progress has its position in the id alone
    if (this.#skips ? !(position >= this.#next) : position !== this.#next) {
      this.#fail(disorder(this.#next, position));
      return;
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
      this.#fail(disorder(this.#next, from));
    }
  }

  #done(data) {
    if (this.#next !== this.#lastOf(data) + 1) {
      this.#fail(disorder(this.#next, 'the end'));
      return;
    }
    this.close(); // else EventSource would reconnect, only to be told 204
    this.#on.done?.(data);
  }

  // lastOf answers the last position, undefined while nobody knows.
  #lastOf({total}) {
    if (total === null) return undefined;
    return this.#skips ? total : this.#first + total - 1;
  }

  #failed(data) {
    this.#fail(new Problem(`The producer of this message has failed: ${data.reason}`, 'message_failed', data));
  }
}

function endless() {
  return new Problem('Every chunk is here, but the stream ends without “done”, and does so each time.', 'incomplete');
}

function disorder(want, got) {
  if (Number.isNaN(got)) return new Problem('An event came without an id, which is all that tells its position.', 'disorder');
  return new Problem(`The stream is out of order: position ${want} was due, ${got} came.`, 'disorder');
}
