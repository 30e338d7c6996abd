// The producer of a live message: POST /messages, then one append after the other. Nothing here knows what the page looks like.

import {Problem, Stream, at, read, write} from './stream.js';

/**
 * Producer writes one live message. One request is under way at a time; what is written meanwhile goes together with the next.
 * An append says at which position it belongs, so it can be repeated when nobody knows whether the first try came through.
 *
 * It tells what happens through the callbacks of `on`:
 *   opened(id)                the message exists
 *   appended(position, bytes) so much the server has now
 *   others(text)              this was appended by someone else, before all that is unsent
 *   waiting(problem)          the server is away or full, or has not answered yet; the producer goes on by itself
 *   ended(state, reason)      nothing can be appended any more
 *   refused(problem)          what was asked for is tried again with the next append; if unauthorized, when go() is called;
 *                             and of message_too_large, never
 */
export class Producer {
  #id;
  #token; // answers the access token, '' for none
  #on;
  #position; // chunks that the message has
  #bytes;
  #sending; // on its way, perhaps for the second time
  #waiting; // to be sent after that
  #heard = 0; // bytes that a reader of the message has
  #tried; // whether an append of #sending has failed, and may have come through
  #ending = null; // how the message is to end after all that: {path, body}
  #state = 'ready'; // or 'running', 'unauthorized', 'ended'
  #left = new AbortController(); // aborted when the page turns to another message

  /** Without an id it opens a message with the first thing it is to do. The rest is what left() has told of another. */
  constructor({id = '', position = 0, bytes = 0, sending = '', waiting = ''}, token, on) {
    this.#id = id;
    this.#position = position;
    this.#bytes = bytes;
    this.#sending = sending;
    this.#waiting = waiting;
    this.#tried = sending !== '';
    this.#token = token;
    this.#on = on;
  }

  /** append adds the text at the end. */
  append(text) {
    this.#waiting += text;
    this.#run();
  }

  /** end ends the message after what was appended: 'complete', or 'fail' with {reason}. */
  end(path, body = {}) {
    this.#ending = {path, body};
    this.#run();
  }

  /** heard takes note of how many bytes of the message a reader has: more than were written here, if others append too. */
  heard(bytes) {
    this.#heard = Math.max(this.#heard, bytes);
  }

  /** look reads what others have appended, if readers have heard of it. */
  look() {
    if (this.#isBehind()) this.#run();
  }

  /** go opens the message, and tries again what was unauthorized. */
  go() {
    if (this.#state === 'unauthorized') this.#state = 'ready';
    this.#run();
  }

  /** unsent is the text that the server may not have. */
  get unsent() {
    return this.#sending + this.#waiting;
  }

  /** leave stops at once; no callback follows. It answers what another Producer needs to go on. */
  leave() {
    this.#left.abort();
    return {id: this.#id, position: this.#position, bytes: this.#bytes, sending: this.#sending, waiting: this.#waiting};
  }

  async #run() {
    if (this.#state !== 'ready') return;
    this.#state = 'running';
    try {
      do await persist(() => this.#step(), this.#on.waiting, this.#left.signal);
      while (this.#due());
      if (this.#state === 'running') this.#state = 'ready';
    } catch (problem) {
      if (!this.#left.signal.aborted) this.#refused(problem);
    }
  }

  #due() {
    return this.#isBehind() || this.#sending || whole(this.#waiting) || this.#ending;
  }

  #isBehind() {
    return this.#heard > this.#bytes;
  }

  async #step() {
    if (!this.#id) await this.#open();
    if (this.#isBehind()) await this.#lookUp(); // first, lest theirs is taken for ours
    if (!this.#sending) {
      this.#sending = whole(this.#waiting);
      this.#waiting = this.#waiting.slice(this.#sending.length);
      this.#tried = false;
    }
    if (this.#sending) await this.#append();
    else if (this.#ending) await this.#end();
  }

  async #open() {
    const {messageId} = await this.#write('messages', {});
    this.#id = messageId;
    this.#on.opened(messageId);
  }

  async #append() {
    try {
      const {position, bytes} = await this.#write(`messages/${this.#id}/chunks`, {chunk: this.#sending}, {position: this.#position});
      this.#sending = '';
      this.#has(position, bytes);
    } catch (problem) {
      if (problem.code !== 'position_mismatch') {
        this.#tried = true;
        throw problem;
      }
      await this.#catchUp(problem.answer);
    }
  }

  async #lookUp() {
    const {chunks, bytes} = await read(at(`messages/${this.#id}`), {signal: this.#left.signal});
    this.#heard = bytes;
    if (chunks > this.#position) await this.#catchUp({position: chunks, bytes});
  }

  // The message is longer than it was: by what was sent before and whose answer was lost, or by what others have appended.
  // Browsers also repeat a request by themselves, when a connection was lost that had been idle; then it is longer by that alone.
  async #catchUp({position, bytes}) {
    const chunks = await readChunks(this.#id, this.#position, position, this.#left.signal);
    if (chunks[0] === this.#sending && (this.#tried || chunks.length === 1)) {
      this.#sending = '';
      chunks.shift();
    }
    this.#tried = false;
    this.#has(position, bytes);
    this.#on.others(chunks.join(''));
  }

  async #end() {
    const {path, body} = this.#ending;
    const {state, reason} = await this.#write(`messages/${this.#id}/${path}`, body);
    this.#ending = null;
    this.#state = 'ended';
    this.#on.ended(state, reason);
  }

  #has(position, bytes) {
    this.#position = position;
    this.#bytes = bytes;
    this.#on.appended(position, bytes);
  }

  #refused(problem) {
    const {code, answer} = problem;
    if (code === 'message_closed') {
      this.#state = 'ended';
      this.#on.ended(answer.state);
      return;
    }
    this.#state = code === 'unauthorized' ? code : 'ready';
    if (this.#state === 'ready') this.#ending = null; // whoever asked for it learns that it did not happen
    this.#on.refused(problem);
    if (code === 'message_too_large') this.#sending = this.#waiting = ''; // something shorter may fit
  }

  async #write(path, body, query = {}) {
    const answer = await write('POST', at(path, query), body, this.#token(), this.#left.signal);
    this.#left.signal.throwIfAborted();
    return answer;
  }
}

const patience = 3000; // milliseconds until a request without an answer is a reason to worry

/**
 * persist repeats the work while it fails for want of a server, or of room in it; `waiting` is told why, and also if the work
 * takes long. It is over when the work succeeds, fails for another reason, or the signal aborts it.
 */
export async function persist(work, waiting, signal) {
  for (let attempt = 1; ; attempt++) {
    const worry = setTimeout(() => waiting(new Problem('The server has not answered yet.', 'unanswered')), patience);
    try {
      return await work();
    } catch (problem) {
      signal.throwIfAborted();
      if (!['unreachable', 'busy', 'store_full', 'store_unavailable', 'shutting_down'].includes(problem.code)) throw problem;
      waiting(problem);
    } finally {
      clearTimeout(worry);
    }
    await pause(Math.min(attempt, 5) * 500, signal);
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => reject(signal.reason), {once: true});
  });
}

/** readChunks answers the chunks of a message from one position to before another, as they were appended. */
export function readChunks(id, from, to, signal) {
  const chunks = [];
  if (from >= to) return Promise.resolve(chunks);
  return new Promise((resolve, reject) => {
    const stream = new Stream(at(`stream/${encodeURIComponent(id)}`, {unit: 'chunk'}), {next: from}, {
      chunk: ({chunk}) => {
        if (chunks.push(chunk) < to - from) return;
        stream.close();
        resolve(chunks);
      },
      restart: () => {
        stream.close();
        reject(new Problem('The message has become another one.', 'message_not_found'));
      },
      failed: reject,
    });
    signal.addEventListener('abort', () => stream.close(), {once: true});
    stream.open();
  });
}

// Where a system hands over an emoji in two halves, the first one waits for the second.
function whole(text) {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
