// The time line in words: one row for each connection of both clients.

const most = 200; // rows on show; a copy has them all

const byId = (id) => document.getElementById(id);

const details = byId('table-details');
const rows = byId('rows');
const note = byId('rows-note');
const copy = byId('copy-rows');

/** Table shows the connections of lanes, each {title, lane}, while its <details> is open. */
export class Table {
  #lanes = [];
  #now = 0;
  #shown = ''; // what tells the table on show from the next

  constructor() {
    details.addEventListener('toggle', () => this.#show());
    copy.addEventListener('click', () => this.#copy());
  }

  paint(lanes, now) {
    this.#lanes = lanes;
    this.#now = now;
    this.#show();
  }

  #all() {
    const began = ({lane: {connections}, title}) => connections.map((connection) => ({...connection, title}));
    return this.#lanes.flatMap(began).sort((a, b) => a.from - b.from);
  }

  // A table that changes with each piece could be neither read nor selected, so it does with each connection and each second.
  #show() {
    const all = this.#all();
    const key = [details.open, all.length, all.filter(({to}) => to !== undefined).length, Math.floor(this.#now / 1000)].join();
    if (key === this.#shown) return;
    this.#shown = key;
    if (!details.open) return;
    rows.replaceChildren(...all.slice(-most).map((connection) => this.#row(connection)));
    note.textContent = all.length > most ? `The latest ${most} of ${all.length} connections.` : '';
    copy.disabled = all.length === 0;
  }

  #row(connection) {
    const row = document.createElement('tr');
    for (const words of cells(connection, this.#now)) row.insertCell().textContent = words;
    return row;
  }

  async #copy() {
    const head = [...details.querySelectorAll('th')].map(({textContent}) => textContent);
    const lines = [head, ...this.#all().map((connection) => cells(connection, this.#now))];
    try {
      await navigator.clipboard.writeText(lines.map((line) => line.join('\t')).join('\n'));
    } catch {
      getSelection().selectAllChildren(rows.parentElement); // where the clipboard is closed to pages, Ctrl+C is left
      return;
    }
    copy.textContent = 'Copied';
    copy.addEventListener('blur', () => { copy.textContent = 'Copy'; }, {once: true});
  }
}

function cells({title, number, from, after, pieces, first, last, again, to, end}, now) {
  return [
    title, String(number), seconds(from), after === '' ? 'the start' : `id ${after}`, String(pieces),
    pieces === 0 ? '–' : `${first}–${last}`, String(again), seconds((to ?? now) - from), to === undefined ? 'still open' : end || 'a new connection',
  ];
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
