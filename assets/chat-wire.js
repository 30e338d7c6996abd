// The bytes of an answer as they came, and the command that shows them too.

import {address, body} from './chat-client.js';
import {escaped, shown} from './escape.js';
import {at} from './stream.js';

const kept = 16 << 10; // UTF-16 code units

/** RawLog shows the latest of the bytes in a <pre>, while the <details> around it is open. */
export class RawLog {
  #pre;
  #details;
  #decoder;
  #text;

  constructor(pre) {
    this.#pre = pre;
    this.#details = pre.closest('details');
    this.#details.addEventListener('toggle', () => this.paint());
    this.clear();
  }

  add(bytes) {
    this.#text = (this.#text + this.#decoder.decode(bytes, {stream: true})).slice(-kept);
  }

  clear() {
    this.#decoder = new TextDecoder('utf-8', {ignoreBOM: true}); // that is: keep it
    this.#text = '';
  }

  paint() {
    if (!this.#details.open) return;
    this.#pre.textContent = shown(this.#text);
    this.#pre.scrollTop = this.#pre.scrollHeight;
  }
}

/** command is the line for a shell that asks the same. It does not tell the token. */
export function command(messages, plan, token) {
  const parts = ['curl -N', at(address), `-H 'Content-Type: application/json'`];
  if (token) parts.push('-H "Authorization: Bearer $SSESERVER_SEND_TOKEN"');
  if (plan) parts.push('-H', quoted(`X-Stream-Plan: ${plan}`));
  parts.push('-d', quoted(escaped(JSON.stringify(body(messages))))); // JSON has the same escapes
  return parts.join(' ');
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
