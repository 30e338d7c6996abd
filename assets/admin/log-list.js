// A bounded list of lines. It is painted once a frame, follows the newest line, and holds still for who reads.

import {Painter} from './frame.js';
import {fill, parse, part} from './log-line.js';

const most = 2000; // rows; older ones leave
const batch = 250; // rows that a frame may make

let made = 0; // rows in all, for their ids

/** LineList is the listbox in box. It tells of what is opened and picked, and calls changed when it holds or shows other rows. */
export class LineList {
  #box;
  #handlers;
  #pending = []; // texts of lines, and notes, not painted yet
  #held = ''; // why it holds still, '' if it follows
  #meanwhile = 0; // lines since it does
  #selected = null;
  #top = 0; // of the last scroll
  #painter = new Painter(() => this.#paint());

  constructor(box, handlers) {
    this.#box = box;
    this.#handlers = {open: () => {}, pick: () => {}, changed: () => {}, ...handlers};
    box.addEventListener('scroll', () => this.#scrolled());
    box.addEventListener('click', (event) => this.#click(event));
    box.addEventListener('keydown', (event) => this.#key(event));
  }

  get held() {
    return this.#held !== '';
  }

  /** meanwhile is how many lines came since it holds still. */
  get meanwhile() {
    return this.#meanwhile;
  }

  get length() {
    return this.#box.childElementCount;
  }

  /** push adds the text of a line. */
  push(text) {
    this.#meanwhile += this.held;
    this.#add(text);
  }

  /** note adds a row in words, for what is no line. */
  note(words) {
    this.#add({words});
  }

  /** show has these lines alone, and holds still with the one that is meant chosen. */
  show(texts, isMeant) {
    const rows = texts.map(row);
    this.#box.replaceChildren(...rows);
    this.#box.setAttribute('role', 'listbox');
    this.hold();
    this.#select(rows.find((element) => isMeant(parse(element.text))) ?? null, 'center');
  }

  /** clear empties the list, which then follows. */
  clear() {
    this.#pending = [];
    this.#select(null);
    this.#box.replaceChildren();
    this.go();
    this.#painter.now();
  }

  /** hold stops what moves, go lets it go on. */
  hold(why = 'asked') {
    this.#held = why;
    this.#handlers.changed();
  }

  go() {
    this.#held = '';
    this.#meanwhile = 0;
    this.#painter.soon();
    this.#handlers.changed();
  }

  focus() {
    this.#box.focus();
  }

  #add(entry) {
    this.#pending.push(entry);
    if (this.#pending.length > 2 * most) this.#pending = this.#pending.slice(-most); // not at each line
    this.#painter.soon();
  }

  #paint() {
    const box = this.#box;
    if (!this.held) {
      if (this.#pending.length >= most) { // none of those on show would stay
        this.#pending = this.#pending.slice(-most);
        this.#select(null);
        box.replaceChildren();
      }
      box.append(...this.#pending.splice(0, batch).map(row));
      while (box.childElementCount > most) {
        if (box.firstChild === this.#selected) this.#select(null);
        box.firstChild.remove();
      }
      box.scrollTop = this.#top = box.scrollHeight;
      if (this.#pending.length > 0) this.#painter.soon();
    }
    box.setAttribute('role', box.childElementCount ? 'listbox' : 'group'); // a listbox has options
    this.#handlers.changed();
  }

  // Who scrolls up reads; who comes back to the end has read.
  #scrolled() {
    const {scrollTop, scrollHeight, clientHeight} = this.#box;
    const end = scrollHeight - scrollTop - clientHeight < 30;
    const up = scrollTop < this.#top - 1;
    this.#top = scrollTop;
    if (!this.held && up && !end) this.hold('scrolled');
    if (this.#held === 'scrolled' && end) this.go();
  }

  #click(event) {
    if (!getSelection().isCollapsed) return; // text was marked
    const value = event.target.closest('[data-key]');
    const line = event.target.closest('.line');
    if (value) this.#handlers.pick(value.dataset.key, value.dataset.value ?? value.textContent);
    else if (line) this.#open(line);
  }

  #open(line) {
    this.#select(line);
    this.#handlers.open(parse(line.text), line);
  }

  #key(event) {
    if (event.target !== this.#box || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#box.clientHeight / (this.#box.firstElementChild?.offsetHeight || 1)) - 1);
    const steps = {ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -most, End: most};
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === 'Enter' && this.#selected?.text) this.#open(this.#selected);
    else if (event.key === ' ') this.held ? this.go() : this.hold();
    else return;
    event.preventDefault();
  }

  #step(by) {
    const rows = [...this.#box.children];
    const at = this.#selected ? rows.indexOf(this.#selected) + by : by > 0 ? 0 : rows.length - 1;
    this.#select(rows[Math.max(0, Math.min(rows.length - 1, at))] ?? null);
  }

  #select(line, block = 'nearest') {
    this.#selected?.setAttribute('aria-selected', 'false');
    this.#selected = line;
    line?.setAttribute('aria-selected', 'true');
    line?.scrollIntoView({block, behavior: 'instant'});
    if (line) this.#box.setAttribute('aria-activedescendant', line.id);
    else this.#box.removeAttribute('aria-activedescendant');
  }
}

function row(entry) {
  const element = entry.words ? part('div', 'note-row', entry.words) : document.createElement('div');
  if (!entry.words) fill(element, parse(entry));
  element.id = `row-${++made}`;
  element.setAttribute('role', 'option');
  element.setAttribute('aria-selected', 'false');
  if (!entry.words) element.text = entry;
  return element;
}
