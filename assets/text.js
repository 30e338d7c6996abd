// The text that arrives, as the reader of the page sees it.

import {Problem} from './stream.js';

// Appending copies the node's text, so a long message is spread over several nodes.
const nodeLimit = 4096; // UTF-16 code units

/** ArrivingText shows in its element what it was given, once paint is called. */
export class ArrivingText {
  #element;
  #pending = ''; // arrived, not yet shown

  constructor(element) {
    this.#element = element;
  }

  add(text) {
    this.#pending += text;
  }

  /** text is all that was given. */
  get text() {
    return this.#element.textContent + this.#pending;
  }

  clear() {
    this.#pending = '';
    this.#element.textContent = '';
  }

  paint() {
    if (this.#pending === '') return;
    const element = this.#element;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40; // CSS pixels
    const last = element.lastChild;
    if (last && last.length < nodeLimit) last.appendData(this.#pending);
    else element.append(this.#pending);
    this.#pending = '';
    if (atEnd) element.scrollTop = element.scrollHeight; // unless the reader scrolled away
  }

  /** verify compares the text on show with the digest that the server has, and answers what that proves, in words. */
  async verify(sha256) {
    if (!crypto.subtle) return ''; // browsers have it on secure origins and localhost only
    const bytes = new TextEncoder().encode(this.#element.textContent);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (hex !== sha256) throw new Problem('The text shown is not the text that was sent: the SHA-256 differs.', 'digest');
    return ', verified';
  }
}
