// One client as the page shows it: its state, its text, what was proven of it, and its bytes.

import {Figures} from './figures.js';
import {size} from './lab-ledger.js';
import {MarkedText} from './lab-text.js';
import {list} from './lab-verdict.js';
import {Wire} from './wire.js';

/** Card shows one client in its element, whose parts are named by data-part. */
export class Card {
  #element;
  #text;
  #wire;
  #figures;

  constructor(element) {
    this.#element = element;
    this.#text = new MarkedText(this.#part('text'));
    this.#wire = new Wire(element.querySelector('.wire'));
    this.#figures = new Figures(this.#part('figures'));
  }

  #part(name) {
    return this.#element.querySelector(`[data-part=${name}]`);
  }

  /** begin empties the card for a run; unseen says that the bytes will not be seen. */
  begin(unseen) {
    this.#text.clear();
    this.#wire.clear();
    this.#figures.start();
    this.#part('verdict').textContent = this.#part('because').textContent = '';
    this.#part('facts').replaceChildren();
    this.#part('unseen').hidden = !unseen;
    delete this.#element.dataset.good;
  }

  /** idle is the card before the first run. */
  idle() {
    this.begin(false);
    this.#figures.end();
    this.state('idle', 'Ready');
  }

  title(words) {
    this.#element.querySelector('h2').textContent = words;
  }

  /** state shows the state of the connection; word also selects the look, words are for people. */
  state(word, words) {
    this.#element.dataset.state = word;
    const status = this.#part('status');
    if (status.textContent !== words) status.textContent = words;
  }

  connected(lastEventId) {
    this.#wire.connected(lastEventId);
  }

  bytes(bytes) {
    this.#wire.add(bytes);
  }

  piece(text, again) {
    this.#text.add(text, again);
    this.#figures.event();
  }

  restart() {
    this.#text.clear();
  }

  paint() {
    this.#text.paint();
    this.#wire.paint();
    this.#figures.paint();
  }

  /** prove shows what became of the text: the verdict, what explains it, and the facts, which are pairs of words. */
  prove({good, words}, because, facts) {
    this.#figures.end();
    this.paint();
    if (good !== undefined) this.#element.dataset.good = good;
    this.#part('verdict').textContent = words;
    this.#part('because').textContent = because;
    this.#part('facts').replaceChildren(...facts.map(([name, value]) => {
      const pair = document.createElement('div');
      const term = document.createElement('dt');
      const fact = document.createElement('dd');
      term.textContent = name;
      fact.textContent = value;
      pair.append(term, fact);
      return pair;
    }));
  }
}

/** countFacts is what a ledger and a lane have counted, as facts for a card. */
export function countFacts(ledger, lane) {
  return [
    ['Pieces', ledger.total === null ? String(ledger.seen) : `${ledger.seen} of ${ledger.total}`],
    ['Missing', ledger.total === null ? 'all' : counted(ledger.missing())],
    ['Doubled', counted(ledger.doubled())],
    ['Connections', String(lane.connections.length)],
    ['Sent again', String(lane.again)],
  ];
}

function counted(ranges) {
  return ranges.length === 0 ? '0' : `${size(ranges)}: ${list(ranges)}`;
}
