// The text that arrives, as the reader of the page sees it.

import {Problem} from './stream.js';

// A browser lays out a whole block for each character that is added, so the text stands in blocks. Sizes are in UTF-16 code units.
const large = 1024; // ends at the next end of a line
const largest = 4096; // ends at the last line that the browser has broken, until all is here

/** ArrivingText shows in its element what it was given, once paint is called. */
export class ArrivingText {
  #element;
  #block = null; // the one that grows
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
    this.#block = null;
    this.#element.textContent = '';
  }

  paint() {
    if (this.#pending === '') return;
    const element = this.#element;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40; // CSS pixels
    this.#show(this.#pending);
    this.#pending = '';
    if (atEnd) element.scrollTop = element.scrollHeight; // unless the reader scrolled away
  }

  /** verify compares the text on show with the digest that the server has, and answers what that proves, in words. */
  async verify(sha256) {
    this.#join();
    if (!crypto.subtle) return ''; // browsers have it on secure origins and localhost only
    const bytes = new TextEncoder().encode(this.#element.textContent);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (hex !== sha256) throw new Problem('The text shown is not the text that was sent: the SHA-256 differs.', 'digest');
    return ', verified';
  }

  #show(text) {
    while (text) {
      const block = this.#block ??= this.#append(document.createElement('span'));
      const node = block.firstChild;
      const end = text.indexOf('\n', block.dir ? 0 : Math.max(0, large - node.length)) + 1;
      node.appendData(end ? text.slice(0, end) : text);
      text = end ? text.slice(end) : '';
      if (end) this.#block = null;
    }
    if (this.#block?.firstChild.length > largest) this.#split(this.#block);
  }

  #append(block) {
    block.append(document.createTextNode(''));
    this.#element.append(block);
    return block;
  }

  // split moves the last line on screen to a block of its own. It goes on in the direction of its paragraph.
  #split(block) {
    const node = block.firstChild;
    const start = lastLine(node);
    if (!start) return;
    const next = this.#append(document.createElement('span'));
    const rest = node.data.slice(start);
    const paragraph = document.createElement('span');
    paragraph.dir = 'auto';
    paragraph.textContent = block.dir ? '' : node.data.slice(node.data.lastIndexOf('\n') + 1);
    this.#element.append(paragraph);
    next.dir = block.dir || (paragraph.matches(':dir(rtl)') ? 'rtl' : 'ltr');
    paragraph.remove();
    node.deleteData(start, rest.length);
    next.firstChild.appendData(rest);
    this.#block = next;
  }

  // join undoes all splits: the lines may be broken elsewhere in a wider window, or copied.
  #join() {
    for (const block of this.#element.querySelectorAll('[dir]')) {
      block.previousSibling.firstChild.appendData(block.textContent);
      block.remove();
    }
    this.#block = null;
  }
}

// lastLine answers where the last line of a text begins on screen, 0 if there is only one.
function lastLine(node) {
  const range = document.createRange();
  const topFrom = (start) => {
    range.setStart(node, start);
    range.setEnd(node, node.length);
    return range.getBoundingClientRect().top;
  };
  const top = topFrom(node.length - 1) - 1;
  let [low, high] = [0, node.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (topFrom(middle) < top) low = middle + 1;
    else high = middle;
  }
  return low;
}
