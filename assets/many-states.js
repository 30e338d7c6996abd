// What the states of a stream are called, and how many streams are in each.

import {words} from './many-fleet.js';
import {sample} from './many-grid.js';

/** names are what people call the states. */
export const names = {
  connecting: 'Connecting',
  waiting: 'In line',
  streaming: 'Streaming',
  stale: 'Silent',
  reconnecting: 'Reconnecting',
  refused: 'No place',
  complete: 'Complete',
  failed: 'Failed',
  stopped: 'Stopped',
};

/** Legend explains the signs of the grid in a list, and counts. */
export class Legend {
  #list;
  #entries;

  constructor(list) {
    this.#list = list;
    this.#entries = words.map((word) => {
      const [entry, canvas, number] = ['li', 'canvas', 'b'].map((tag) => document.createElement(tag));
      canvas.setAttribute('aria-hidden', 'true');
      number.textContent = '0';
      entry.append(canvas, `${names[word]} `, number);
      entry.dataset.word = word;
      return {word, entry, canvas, number};
    });
    list.replaceChildren(...this.#entries.map(({entry}) => entry));
    this.draw();
  }

  /** draw shows the signs, in the colours of now. */
  draw() {
    for (const {word, canvas} of this.#entries) sample(canvas, word);
  }

  show(counts) {
    for (const {word, entry, number} of this.#entries) {
      const count = String(counts[word]);
      if (number.textContent === count) continue;
      number.textContent = count;
      entry.toggleAttribute('data-some', count !== '0');
    }
  }
}
