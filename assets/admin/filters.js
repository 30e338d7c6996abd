// The filters: the least level, and conditions that must all hold. They are in the address of the page, so that a link shares them.

import {sentence} from './ask.js';
import {button, part} from './elements.js';
import {inLine} from './escape.js';

const byId = (id) => document.getElementById(id);

const field = byId('add');
const chips = byId('chips');
const error = byId('error');
const level = document.querySelector('#level'); // on some pages

/** condition reads what was typed: key=value, key~text, or a word that is searched for in whole lines. */
export function condition(typed) {
  const text = typed.trim();
  if (!text) return '';
  return /^[\w.*-]+[=~]/.test(text) ? text : `*~${text}`;
}

/** Filters is the form with the filters. change() is called when they change. */
export class Filters {
  #where = [];
  #change;

  constructor(change) {
    this.#change = change;
    this.#read();
    byId('filter').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    level?.addEventListener('change', () => this.#changed());
    addEventListener('popstate', () => {
      const before = `${this.query}`;
      this.#read();
      if (`${this.query}` !== before) this.#change();
    });
  }

  /** query has the filters as the server reads them. */
  get query() {
    const query = new URLSearchParams(level?.value ? {level: level.value} : {});
    for (const one of this.#where) query.append('where', one);
    return query;
  }

  /** add adds a condition. */
  add(one) {
    if (this.#where.includes(one)) return;
    this.#where.push(one);
    this.#changed();
  }

  /** refuse shows a problem of the server with the filters. */
  refuse({detail, parameter}) {
    error.textContent = sentence(detail);
    (parameter === 'level' && level ? level : field).setAttribute('aria-invalid', 'true');
  }

  #submit() {
    const one = condition(field.value);
    if (!one) return field.focus();
    field.value = '';
    this.add(one);
  }

  #remove(one) {
    this.#where.splice(this.#where.indexOf(one), 1);
    this.#changed();
    field.focus(); // the button is gone
  }

  // The back button restores the filters before. The rest of the address is the page's.
  #changed() {
    const query = new URLSearchParams(location.search);
    for (const name of ['level', 'where']) query.delete(name);
    for (const [name, value] of this.query) query.append(name, value);
    history.pushState(null, '', (`${query}` ? `?${query}` : location.pathname) + location.hash);
    this.#show();
    this.#change();
  }

  #read() {
    const query = new URLSearchParams(location.search);
    this.#where = query.getAll('where');
    if (level) this.#choose(query.get('level') ?? '');
    this.#show();
  }

  // A level of the address that the list does not have is left to the server to refuse.
  #choose(value) {
    if (![...level.options].some((option) => option.value === value)) level.append(new Option(value, value));
    level.value = value;
  }

  #show() {
    error.textContent = '';
    field.removeAttribute('aria-invalid');
    level?.removeAttribute('aria-invalid');
    chips.hidden = this.#where.length === 0;
    chips.replaceChildren(...this.#where.map((one) => this.#chip(one)));
  }

  #chip(one) {
    const remove = button('×', () => this.#remove(one));
    remove.setAttribute('aria-label', `Remove the filter ${inLine(one)}`);
    const chip = part('li');
    chip.append(part('bdi', '', inLine(one.replace(/^\*~/, 'any text ~ '))), remove);
    return chip;
  }
}
