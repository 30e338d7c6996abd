// An answer: its status, the headers that matter, and its body as it arrives.

import {Painter} from './frame.js';
import {ArrivingText} from './text.js';
import {shown} from './escape.js';

const headers = ['Content-Type', 'Location', 'Allow', 'Retry-After', 'WWW-Authenticate', 'ETag', 'X-Stream-Plan', 'X-Request-Id'];

// What HTTP/1.1 says of a status, and HTTP/2 does not (RFC 9110, section 15).
const phrases = {
  200: 'OK', 201: 'Created', 204: 'No Content', 304: 'Not Modified',
  400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 408: 'Request Timeout',
  409: 'Conflict', 413: 'Content Too Large', 415: 'Unsupported Media Type', 429: 'Too Many Requests', 500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answer shows one answer after the other in its element. */
export class Answer {
  #element;
  #status;
  #head;
  #text;
  #painter;

  constructor(element) {
    this.#element = element;
    this.#status = element.querySelector('.status');
    this.#head = element.querySelector('.head');
    this.#text = new ArrivingText(element.querySelector('.bytes'));
    this.#painter = new Painter(() => this.#text.paint());
  }

  /** wait shows that there is none yet. */
  wait() {
    this.#element.hidden = false;
    this.#element.dataset.state = 'connecting';
    this.#status.textContent = 'Waiting for the answer…';
    this.#head.replaceChildren();
    this.#text.clear();
  }

  /** hide is for a request that has no answer. */
  hide() {
    this.#element.hidden = true;
  }

  /** end says, in a word, why no more of it comes. */
  end(state, word) {
    this.#painter.now();
    this.#element.dataset.state = state;
    this.#status.textContent = this.#head.firstChild ? `${this.#status.textContent}, ${word}` : upper(word);
  }

  /** show reads a response to its end, and answers its body where that is JSON. */
  async show(response) {
    this.#begin(response);
    const kind = response.headers.get('Content-Type') ?? '';
    if (/json$/.test(kind)) return this.#json(await response.text());
    const decoder = new TextDecoder();
    for await (const bytes of pieces(response.body)) this.#add(decoder.decode(bytes, {stream: true}));
    this.#add(decoder.decode());
    this.#done();
    return undefined;
  }

  #done() {
    this.#painter.now();
    if (this.#element.dataset.state === 'streaming') this.#element.dataset.state = 'complete';
  }

  #begin(response) {
    this.#element.dataset.state = response.status < 400 ? 'streaming' : 'failed';
    this.#status.textContent = `${response.status} ${response.statusText || (phrases[response.status] ?? '')}`.trim();
    this.#head.replaceChildren(...headers.filter((name) => response.headers.has(name)).map((name) => row(name, response.headers.get(name))));
  }

  #json(body) {
    let value;
    try {
      value = JSON.parse(body);
    } catch {
      // It is shown as it is.
    }
    this.#add(value === undefined ? body : JSON.stringify(value, null, 2));
    this.#done();
    return value;
  }

  #add(text) {
    this.#text.add(shown(text));
    this.#painter.soon();
  }
}

// pieces are the bytes of a body, as they come. Not every browser can iterate over a body itself.
async function* pieces(body) {
  const reader = body?.getReader();
  while (reader) {
    const {done, value} = await reader.read();
    if (done) return;
    yield value;
  }
}

function row(name, value) {
  const [div, dt, dd] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
  dt.textContent = name;
  dd.textContent = value;
  div.append(dt, dd);
  return div;
}

function upper(word) {
  return word[0].toUpperCase() + word.slice(1);
}
