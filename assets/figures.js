// How fast a stream came: the time to the first event, events a second, and the longest gap.

import {spoken} from './duration.js';

/** Figures shows them in a <dl>, once paint is called; nothing before the first event. Times are in milliseconds. */
export class Figures {
  #list;
  #values;
  #started;
  #first; // when the first event came
  #last;
  #count = 0;
  #gap = 0; // the longest
  #running = false;

  constructor(list) {
    this.#list = list;
    this.#values = ['First event', 'Events per second', 'Longest gap'].map((name) => row(list, name));
    list.hidden = true;
  }

  /** The stream was asked for at `now`; all before it is forgotten. */
  start(now = performance.now()) {
    this.#started = now;
    this.#first = this.#last = undefined;
    this.#count = this.#gap = 0;
    this.#running = true;
    this.#list.hidden = true;
  }

  event(now = performance.now()) {
    this.#count++;
    if (this.#first === undefined) this.#first = now;
    else this.#gap = Math.max(this.#gap, now - this.#last);
    this.#last = now;
  }

  /** end says that nothing more is waited for. */
  end() {
    this.#running = false;
  }

  paint(now = performance.now()) {
    const [first, rate, gap] = this.#values;
    const begun = this.#first !== undefined;
    this.#list.hidden = !begun;
    show(first, begun ? spoken(this.#first - this.#started) : '–');
    show(rate, this.#last - this.#first > 10 ? perSecond((this.#count - 1) / (this.#last - this.#first)) : '–'); // not of one piece
    const waiting = begun && this.#running ? now - this.#last : 0; // a gap counts before it has ended
    show(gap, this.#count > 1 || waiting > 1000 ? spoken(Math.max(this.#gap, waiting)) : '–');
  }
}

function perSecond(rate) {
  const digits = rate < 1 ? 1 : 0;
  return (1000 * rate).toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

function row(list, name) {
  const [pair, term, value] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
  term.textContent = name;
  pair.append(term, value);
  list.append(pair);
  return value;
}

function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
