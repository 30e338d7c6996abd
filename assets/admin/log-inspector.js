// Details beside the list: all of one line, its neighbours, or the story of an id.

import {ask} from './ask.js';
import {button, link, part} from './elements.js';
import {escaped, inLine} from './escape.js';
import {ids, textOf} from './log-line.js';
import {LineList} from './log-list.js';
import {Story} from './log-story.js';

const byId = (id) => document.getElementById(id);

const box = byId('inspector');
const heading = byId('inspector-heading');
const content = byId('inspected');

const neighbours = 20; // lines on each side of the one that was asked for, at first
const most = 500; // of them

/**
 * Inspector shows one thing at a time. open(line) is called to show a line, pick(key, value) to filter, and closed() when somebody
 * has closed the inspector.
 */
export class Inspector {
  #open;
  #pick;
  #asking = new AbortController();

  constructor({open, pick, closed}) {
    this.#open = open;
    this.#pick = pick;
    const close = () => {
      this.close();
      closed();
    };
    byId('close').addEventListener('click', close);
    box.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
  }

  close() {
    this.#asking.abort();
    box.hidden = true;
  }

  /** line shows all fields of a line. */
  line(line) {
    this.#show(`Line ${line.seq ?? ''}`, false);
    content.append(this.#acts(line), this.#fields(line));
  }

  /** around shows a line between those that were logged before and after it, whatever the filters. */
  async around(seq, lines = neighbours) {
    const signal = this.#show(`Around line ${seq}`);
    try {
      const response = await ask(`log/lines?${new URLSearchParams({around: seq, lines})}`, {signal});
      this.#neighbours(seq, lines, (await response.text()).split('\n').filter(Boolean));
    } catch (error) {
      this.#failed(error, signal);
    }
  }

  /** story shows what became of an id. */
  async story(id) {
    const signal = this.#show(`Story of ${escaped(id)}`);
    try {
      const response = await ask(`log/story/${encodeURIComponent(id)}`, {signal});
      content.replaceChildren(...new Story(await response.json()).elements);
    } catch (error) {
      this.#failed(error, signal);
    }
  }

  #show(title, loads = true) {
    this.#asking.abort();
    this.#asking = new AbortController();
    box.hidden = false;
    heading.textContent = title;
    content.replaceChildren(...(loads ? [part('p', 'hint', 'Loading…')] : []));
    heading.focus();
    return this.#asking.signal;
  }

  #failed(error, signal) {
    if (signal.aborted) return;
    const words = part('p', 'trouble-words', error.message);
    words.setAttribute('role', 'alert');
    content.replaceChildren(words);
  }

  #acts(line) {
    const acts = part('p', 'acts');
    if (line.seq) acts.append(link(`#around=${line.seq}`, 'Show it in its context'));
    return acts;
  }

  #fields(line) {
    const list = part('dl', 'fields');
    for (const [key, value] of Object.entries(line)) {
      const detail = part('dd');
      if (key === 'stack') detail.append(part('pre', '', escaped(value)));
      else if (['time', 'seq', 'msg'].includes(key) || typeof value === 'object') detail.append(part('bdi', '', escaped(textOf(value))));
      else detail.append(this.#filter(key, textOf(value)));
      if (ids.has(key)) detail.append(' ', link(`#story=${encodeURIComponent(value)}`, 'Story'));
      list.append(part('dt', '', escaped(key)), detail);
    }
    return list;
  }

  #filter(key, value) {
    const filter = button(inLine(value) || '(empty)', () => this.#pick(key, value));
    filter.className = 'value';
    filter.title = `Filter by ${escaped(key)}`;
    return filter;
  }

  #neighbours(seq, lines, texts) {
    const rows = part('div', 'lines');
    rows.tabIndex = 0;
    rows.setAttribute('aria-label', `Lines around line ${seq}`);
    const list = new LineList(rows, {pick: this.#pick, open: this.#open});
    content.replaceChildren(part('p', 'hint', 'All lines that were logged before and after it, whatever the filters.'), rows);
    if (lines < most) content.append(button('More lines', () => this.around(seq, 5 * lines)));
    list.show(texts, (line) => line.seq === seq);
  }
}
