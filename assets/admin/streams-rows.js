// The rows of the table, each of which stays the same element while its stream runs, so that the keyboard keeps its place.

import {button, link, part, write} from './elements.js';
import {escaped} from './escape.js';
import {short} from './log-line.js';

const byId = (id) => document.getElementById(id);

const body = byId('rows');

/** Rows shows streams. end(stream, button) is called for one that is to be ended. */
export class Rows {
  #rows = new Map(); // by id of the stream
  #end;

  constructor(end) {
    this.#end = end;
  }

  /** show has these streams, in this order. */
  show(streams) {
    const rows = new Map(streams.map((stream) => [stream.streamId, this.#rows.get(stream.streamId) ?? new Row(stream, this.#end)]));
    for (const [id, row] of this.#rows) if (!rows.has(id)) row.element.remove();
    this.#rows = rows;
    let at = body.firstElementChild;
    for (const stream of streams) {
      const row = rows.get(stream.streamId);
      row.show(stream);
      if (row.element === at) at = at.nextElementSibling;
      else move(row.element, at);
    }
  }
}

// move keeps the focus in what it moves.
function move(element, before) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  body.insertBefore(element, before);
  focused?.focus();
}

class Row {
  element = part('tr');
  #stream;
  #age = part('span');
  #words = part('span');
  #bar = document.createElement('progress');
  #lag = part('span');

  constructor(stream, end) {
    this.#stream = stream;
    this.element.setAttribute('role', 'row');
    this.#bar.setAttribute('aria-label', 'Share of the text that was sent');
    const {streamId, messageId, kind, unit, client, resumed} = stream;
    this.#cell('Stream', idLink(`log.html#story=${streamId}`, streamId, `Story of stream ${streamId}`), resumed ? part('span', 'badge', 'resumed') : '');
    this.#cell('Message', idLink(`log.html?${new URLSearchParams({where: `message_id=${messageId}`})}`, messageId, `Log of message ${messageId}`));
    this.#cell('Kind', part('span', '', unit ? `${kind}, by ${unit}` : kind));
    this.#cell('Client', part('bdi', '', escaped(client)));
    this.#cell('Age', this.#age);
    this.#cell('Lag', this.#lag);
    this.#cell('Position', this.#bar, this.#words);
    const ends = button('End', () => end(this.#stream, ends));
    ends.setAttribute('aria-label', `End stream ${short(streamId)}`);
    this.#cell('', ends);
  }

  show(stream) {
    this.#stream = stream;
    const {ageMs, total, lagMs} = stream;
    const done = reached(stream);
    write(this.#age, age(ageMs));
    write(this.#lag, `${Math.round(lagMs).toLocaleString('en')} ms`);
    write(this.#words, total === null ? `${done.toLocaleString('en')} so far` : `${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
    this.#bar.hidden = !total;
    if (total) {
      this.#bar.max = total;
      this.#bar.value = done;
    }
  }

  #cell(name, ...content) {
    const cell = part('td');
    cell.setAttribute('role', 'cell');
    cell.dataset.name = name;
    cell.append(...content);
    this.element.append(cell);
  }
}

/** reached is how far a stream is: positions of text count from 0, those of progress are percent. */
export function reached({kind, position}) {
  if (position === null) return 0;
  return kind === 'progress' ? position : position + 1;
}

function idLink(href, id, name) {
  const element = link(href, short(id));
  element.className = 'id';
  element.setAttribute('aria-label', name);
  element.title = name;
  return element;
}

// age is how long something has lasted, in the two units that say most.
function age(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
