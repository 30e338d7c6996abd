// One stream of many, picked with a click, with the keys of a list, or by its number, and what is known of it.

import {names} from './many-states.js';

const byId = (id) => document.getElementById(id);

const box = byId('grid');
const ring = byId('ring');
const field = byId('pick');
const shown = {state: byId('pick-state'), id: byId('pick-id'), count: byId('pick-count'), more: byId('pick-more')};

/** Pick has the focus of the grid, and shows the stream that was picked. */
export class Pick {
  #grid;
  #lanes = [];
  #index = -1;
  #option = null; // what screen readers find in the grid: the picked stream

  constructor(grid) {
    this.#grid = grid;
    box.addEventListener('click', (event) => this.#click(event));
    box.addEventListener('keydown', (event) => this.#key(event));
    field.addEventListener('input', () => { if (field.validity.valid) this.pick(field.valueAsNumber - 1); });
  }

  /** follow shows other streams from now on; the number of the picked one stays where it can. */
  follow(lanes) {
    this.#lanes = lanes;
    field.max = lanes.length;
    field.disabled = false;
    box.tabIndex = 0;
    box.setAttribute('role', 'listbox');
    this.pick(Math.max(0, Math.min(this.#index, lanes.length - 1)));
  }

  /** pick shows the stream at index. */
  pick(index) {
    if (!(index < this.#lanes.length)) return;
    this.#index = index;
    this.#option?.remove();
    this.#option = null;
    this.place();
    this.#option = document.createElement('span');
    this.#option.id = `stream-${index + 1}`; // a new element each time, so that it is read out
    this.#option.setAttribute('role', 'option');
    this.#option.setAttribute('aria-selected', 'true');
    this.#option.setAttribute('aria-posinset', index + 1);
    this.#option.setAttribute('aria-setsize', this.#lanes.length);
    box.append(this.#option);
    box.setAttribute('aria-activedescendant', this.#option.id);
    if (document.activeElement !== field) field.value = index + 1;
    this.paint();
  }

  /** place moves the ring to where the picked cell is now. */
  place() {
    ring.hidden = this.#index < 0;
    if (ring.hidden) return;
    const {x, y, side} = this.#grid.place(this.#index);
    ring.style.transform = `translate(${x}px, ${y}px)`;
    ring.style.width = ring.style.height = `${side}px`;
  }

  /** paint shows what is known of the picked stream. */
  paint() {
    const lane = this.#lanes[this.#index];
    if (!lane) return;
    const changed = shown.state.textContent !== names[lane.word] || this.#option.textContent === '';
    show(shown.state, names[lane.word]);
    show(shown.id, lane.lastEventId || '–');
    show(shown.count, `${lane.position.toLocaleString('en')} of ${lane.total.toLocaleString('en')}`);
    show(shown.more, lane.problem?.message ?? (lane.resumes ? `Went on ${times(lane.resumes)} where its connection was lost.` : ''));
    if (changed) this.#option.textContent = `Stream ${this.#index + 1}: ${this.#words()}`; // not with each character
  }

  has(lane) {
    return this.#lanes[this.#index] === lane;
  }

  #words() {
    return `${shown.state.textContent}, ${shown.count.textContent} characters`;
  }

  #click(event) {
    const corner = ring.parentElement.getBoundingClientRect();
    const index = this.#grid.at(event.clientX - corner.left, event.clientY - corner.top);
    if (index >= 0) this.pick(index);
  }

  #key(event) {
    const {columns} = this.#grid;
    const last = this.#lanes.length - 1;
    const moves = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -10 * columns, PageDown: 10 * columns};
    let to = {Home: 0, End: last}[event.key];
    if (event.key in moves) to = this.#index + moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (to >= 0 && to <= last) this.pick(to);
  }
}

function times(number) {
  return number === 1 ? 'once' : `${number} times`;
}

function show(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
