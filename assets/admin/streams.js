// The running streams, updated each second.

import {write} from './elements.js';
import {Feed} from './feed.js';
import {Filters} from './filters.js';
import {EndDialog} from './streams-end.js';
import {Rows} from './streams-rows.js';

const byId = (id) => document.getElementById(id);

const count = byId('count');
const heads = [...byId('streams').querySelectorAll('[data-sort]')];

const limit = 200; // streams on the page

class Page {
  #feed = null;
  #end = new EndDialog();
  #rows = new Rows((stream, button) => this.#end.ask(stream, button));
  #sort = 'age';
  #order = 'desc';
  #filters;

  constructor() {
    this.#read();
    this.#filters = new Filters(() => this.#follow());
    for (const head of heads) head.firstElementChild.addEventListener('click', () => this.#sortBy(head.dataset.sort));
    addEventListener('popstate', () => {
      const before = `${this.#sort} ${this.#order}`;
      this.#read();
      if (`${this.#sort} ${this.#order}` !== before) this.#follow();
    });
    this.#follow();
  }

  #read() {
    const query = new URLSearchParams(location.search);
    this.#sort = heads.some(({dataset}) => dataset.sort === query.get('sort')) ? query.get('sort') : 'age';
    this.#order = query.get('order') === 'asc' ? 'asc' : 'desc';
  }

  #sortBy(column) {
    this.#order = column === this.#sort && this.#order === 'desc' ? 'asc' : 'desc';
    this.#sort = column;
    history.pushState(null, '', `?${this.#query()}`);
    this.#follow();
  }

  #query() {
    const query = new URLSearchParams({sort: this.#sort, order: this.#order});
    for (const one of this.#filters.query.getAll('where')) query.append('where', one);
    return query;
  }

  #follow() {
    for (const head of heads) {
      if (head.dataset.sort === this.#sort) head.ariaSort = this.#order === 'asc' ? 'ascending' : 'descending';
      else head.removeAttribute('aria-sort');
    }
    this.#feed?.close();
    this.#feed = new Feed(`streams/events?${this.#query()}&limit=${limit}`, {
      on: {streams: ({data}) => this.#show(JSON.parse(data))},
      refused: (answer) => this.#filters.refuse(answer),
    });
  }

  #show({streams, total, matched = total}) {
    this.#rows.show(streams);
    write(count, said(streams.length, matched, total));
  }
}

// said is how many streams there are, how many of them match the filters, and how many of these are shown.
function said(shown, matched, total) {
  if (total === 0) return 'No stream runs now.';
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'stream' : 'streams'}`;
  if (matched === 0) return `None of ${all} matches.`;
  const some = matched < total ? `${matched.toLocaleString('en')} of ${all}` : all;
  return shown < matched ? `${some}, the first ${shown.toLocaleString('en')} shown` : some;
}

new Page();
