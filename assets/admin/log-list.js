// A bounded list of lines, of which only those in sight have a row. It is painted once a frame, follows the newest line, and holds
// still while somebody reads.

import {part} from './elements.js';
import {Painter} from './frame.js';
import {fill, parse} from './log-line.js';

const most = 2000; // lines; older ones leave
const beyond = 4; // rows above and below those in sight

let lists = 0; // for ids

/**
 * LineList is the listbox in box. Of the handlers, open(line) is called with a line that is opened, pick(key, value) with a value
 * that is clicked, and changed() when the list has other lines, or holds still or no longer does.
 */
export class LineList {
  #box;
  #handlers;
  #sizer = part('div', 'sizer'); // as high as all rows would be
  #probe = part('div', 'line probe'); // as high as one
  #name = `list-${++lists}`;
  #lines = []; // what can be scrolled to: texts of lines, and {words}
  #first = 0; // number of the first of them
  #pending = []; // those that came since the last paint, or since it holds still
  #rows = new Map(); // elements by number
  #spare = []; // elements
  #held = ''; // why it holds still, '' if it follows
  #pressed = false; // the pointer is, and nothing may move away under it
  #meanwhile = 0; // lines since it holds still
  #selected = -1; // number
  #pitch = 24; // CSS pixels of a row
  #top = 0; // of the last scroll
  #painter = new Painter(() => this.#paint());

  constructor(box, handlers) {
    this.#box = box;
    this.#handlers = {open: () => {}, pick: () => {}, changed: () => {}, ...handlers};
    this.#sizer.setAttribute('role', 'presentation');
    this.#probe.ariaHidden = 'true';
    this.#sizer.append(this.#probe);
    box.append(this.#sizer);
    box.addEventListener('scroll', () => this.#scrolled());
    box.addEventListener('click', (event) => this.#click(event));
    box.addEventListener('keydown', (event) => this.#key(event));
    box.addEventListener('pointerdown', () => { this.#pressed = true; });
    for (const type of ['pointerup', 'pointercancel', 'pointerleave']) box.addEventListener(type, () => this.#release());
    const sizes = new ResizeObserver(() => this.#painter.now());
    sizes.observe(box);
    sizes.observe(this.#probe);
  }

  get held() {
    return this.#held !== '';
  }

  /** meanwhile is how many lines came since it holds still. */
  get meanwhile() {
    return this.#meanwhile;
  }

  get length() {
    return this.#lines.length;
  }

  /** push adds the text of a line. */
  push(text) {
    if (this.held) this.#meanwhile++;
    this.#add(text);
  }

  /** note adds a row that is no line. */
  note(words) {
    this.#add({words});
  }

  /** show replaces all lines by these, holds still, and selects the line for which isMeant(line) is true. */
  show(texts, isMeant) {
    this.#lines = texts;
    this.hold();
    this.#painter.now();
    this.#select(texts.findIndex((text) => isMeant(parse(text))), 'center');
  }

  /** clear empties the list and lets it go on. */
  clear() {
    this.#first += this.#lines.length;
    this.#lines = [];
    this.#pending = [];
    this.#selected = -1;
    this.go();
    this.#painter.now();
  }

  /** hold makes the list hold still, and go lets it go on. */
  hold(why = 'asked') {
    this.#held = why;
    this.#painter.soon();
  }

  go() {
    this.#held = '';
    this.#meanwhile = 0;
    this.#painter.soon();
  }

  focus() {
    this.#box.focus();
  }

  #add(entry) {
    this.#pending.push(entry);
    if (this.#pending.length > 2 * most) this.#pending = this.#pending.slice(-most); // not at each line
    this.#painter.soon();
  }

  #release() {
    if (!this.#pressed) return;
    this.#pressed = false;
    setTimeout(() => this.#painter.soon()); // after the click
  }

  #paint() {
    const follows = !this.held && !this.#pressed;
    if (follows) this.#take();
    this.#pitch = this.#probe.offsetHeight || this.#pitch;
    this.#sizer.style.height = `${this.#lines.length * this.#pitch}px`;
    if (follows) this.#box.scrollTop = this.#lines.length * this.#pitch;
    this.#top = this.#box.scrollTop;
    this.#box.setAttribute('role', this.#lines.length ? 'listbox' : 'group'); // a listbox has options
    this.#sizer.dataset.empty = this.#lines.length === 0;
    this.#render();
    this.#handlers.changed();
  }

  // take moves the pending lines into the list, and the oldest out of it.
  #take() {
    if (this.#pending.length === 0) return;
    const all = this.#lines.concat(this.#pending);
    const over = Math.max(0, all.length - most);
    this.#lines = over ? all.slice(over) : all;
    this.#first += over;
    this.#pending = [];
  }

  // render makes the rows of what is in sight.
  #render() {
    const {scrollTop, clientHeight} = this.#box;
    const from = Math.max(0, Math.floor(scrollTop / this.#pitch) - beyond) + this.#first;
    const to = Math.min(this.#first + this.#lines.length, Math.ceil((scrollTop + clientHeight) / this.#pitch) + beyond + this.#first);
    for (const [number, row] of this.#rows) {
      if (number >= from && number < to) continue;
      this.#rows.delete(number);
      this.#spare.push(row);
    }
    for (let number = from; number < to; number++) {
      if (!this.#rows.has(number)) this.#rows.set(number, this.#row(number));
      this.#place(number, this.#rows.get(number));
    }
    for (const row of this.#spare.splice(2 * beyond)) row.remove();
    for (const row of this.#spare) row.hidden = true;
    if (this.#rows.has(this.#selected)) this.#box.setAttribute('aria-activedescendant', `${this.#name}-${this.#selected}`);
    else this.#box.removeAttribute('aria-activedescendant');
  }

  #row(number) {
    const row = this.#spare.pop() ?? this.#sizer.appendChild(part('div'));
    const entry = this.#lines[number - this.#first];
    row.hidden = false;
    row.replaceChildren();
    row.id = `${this.#name}-${number}`;
    row.setAttribute('role', 'option');
    if (entry.words) {
      row.className = 'note-row';
      row.dataset.level = '';
      row.append(part('span', '', entry.words));
      row.title = entry.words;
    } else {
      row.className = 'line';
      row.title = '';
      fill(row, parse(entry));
    }
    return row;
  }

  #place(number, row) {
    row.style.top = `${(number - this.#first) * this.#pitch}px`;
    row.ariaPosInSet = number - this.#first + 1;
    row.ariaSetSize = this.#lines.length;
    row.ariaSelected = number === this.#selected;
  }

  // The list holds still when somebody scrolls up, and goes on when they are back at the end.
  #scrolled() {
    const {scrollTop, scrollHeight, clientHeight} = this.#box;
    const end = scrollHeight - scrollTop - clientHeight < this.#pitch;
    const up = scrollTop < this.#top - 1;
    if (!this.held && up && !end) this.hold('scrolled');
    else if (this.#held === 'scrolled' && end) this.go();
    else this.#painter.soon();
    this.#top = scrollTop;
  }

  #click(event) {
    if (!getSelection().isCollapsed) return; // text was marked
    const value = event.target.closest('[data-key]');
    const line = event.target.closest('.line');
    if (value) this.#handlers.pick(value.dataset.key, value.dataset.value ?? value.textContent);
    else if (line) this.#open(Number(line.id.slice(this.#name.length + 1)));
  }

  #open(number) {
    this.#select(number);
    const entry = this.#lines[number - this.#first];
    if (typeof entry === 'string') this.#handlers.open(parse(entry));
  }

  #key(event) {
    if (event.target !== this.#box || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#pitch) - 1);
    const steps = {ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -most, End: most};
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === 'Enter') this.#open(this.#selected);
    else if (event.key === ' ') this.held ? this.go() : this.hold();
    else return;
    event.preventDefault();
  }

  #step(by) {
    const last = this.#lines.length - 1;
    const before = this.#selected < this.#first ? last + (by < 0) : this.#selected - this.#first;
    this.#select(this.#first + Math.max(0, Math.min(last, before + by)));
  }

  // select brings the line into sight: at the nearest place, or in the middle.
  #select(number, where = 'nearest') {
    if (!(number - this.#first in this.#lines)) return;
    this.#selected = number;
    const {scrollTop, clientHeight} = this.#box;
    const top = (number - this.#first) * this.#pitch;
    if (where === 'center') this.#box.scrollTop = top - (clientHeight - this.#pitch) / 2;
    else if (top < scrollTop) this.#box.scrollTop = top;
    else if (top + this.#pitch > scrollTop + clientHeight) this.#box.scrollTop = top + this.#pitch - clientHeight;
    this.#scrolled(); // before a new line leads to the end again
    this.#render();
  }
}
