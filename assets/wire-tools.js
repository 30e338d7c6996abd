// What stands around the frames of a Wire: pause, filter, copy, download, and how much there is.

import {Copier} from './copy.js';

/**
 * Tools calls pause() and filter() when the reader asks for them, and asks text() and bytes() for what to copy and to download.
 * Its `element` stands before the frames, its `note` behind them.
 */
export class Tools {
  element = made('div', 'tools');
  note = made('p', 'hint');
  #filter = made('input');
  #pause = button('Pause');
  #on;

  constructor(on) {
    this.#on = on;
    const label = made('label');
    this.#filter.type = 'search';
    this.#filter.autocomplete = 'off';
    this.#filter.spellcheck = false;
    label.append('Filter', this.#filter);
    const copy = button('Copy');
    const download = button('Download .sse');
    this.element.role = 'group';
    this.element.ariaLabel = 'Frames';
    this.element.append(label, this.#pause, copy, download);

    this.#filter.addEventListener('input', () => on.filter());
    this.#pause.addEventListener('click', () => on.pause());
    download.addEventListener('click', () => this.#download());
    new Copier(copy, on.text);
  }

  /** wanted is the text that frames are to hold, in lower case; '' for all of them. */
  get wanted() {
    return this.#filter.value.toLowerCase();
  }

  /** pressed says whether the reader has paused. */
  pressed(paused) {
    this.#pause.textContent = paused ? 'Go on' : 'Pause';
  }

  /** say tells how much has come, how much of it since the pause (-1 for none), and what was let go. */
  say({came, gone, bytes}, paused, shown, matching) {
    const parts = [`${counted(came)}, ${amount(bytes)}`];
    if (paused >= 0) parts.push(`paused, ${(came - paused).toLocaleString('en')} more since`);
    if (this.wanted) parts.push(`${matching.toLocaleString('en')} with this text`);
    if (matching > shown) parts.push(`the last ${shown} shown`);
    if (gone) parts.push(`the first ${gone.toLocaleString('en')} no longer kept`);
    const words = came ? `${parts.join('; ')}.` : 'Nothing yet.';
    if (this.note.textContent !== words) this.note.textContent = words;
  }

  #download() {
    const link = made('a');
    link.href = URL.createObjectURL(new Blob(this.#on.bytes(), {type: 'text/event-stream'}));
    link.download = 'stream.sse';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // milliseconds; some browsers read it after the click
  }
}

/** amount is a number of bytes, for people. */
export function amount(bytes) {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function counted(frames) {
  return `${frames.toLocaleString('en')} frame${frames === 1 ? '' : 's'}`;
}

function button(label) {
  const element = made('button');
  element.type = 'button';
  element.textContent = label;
  return element;
}

function made(name, className = '') {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}
