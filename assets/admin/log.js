// The log as it is written: asked for by the filters, listed, and looked into beside the list.

import {write} from './elements.js';
import {Feed} from './feed.js';
import {Filters} from './filters.js';
import {Inspector} from './log-inspector.js';
import {ids} from './log-line.js';
import {LineList} from './log-list.js';
import {say} from './say.js';

const byId = (id) => document.getElementById(id);

const count = byId('count');
const pause = byId('pause');
const download = byId('download');
const keys = byId('keys');

const backfill = 1000; // lines to begin with

class Page {
  #feed = null;
  #live = false; // whether all earlier lines have arrived
  #list = new LineList(byId('lines'), {
    open: (line) => this.#open(line),
    pick: (key, value) => this.#pick(key, value),
    changed: () => this.#changed(),
  });
  #filters = new Filters(() => this.#follow());
  #inspector = new Inspector({
    open: (line) => this.#open(line),
    pick: (key, value) => this.#filters.add(`${key}=${value}`),
    closed: () => {
      this.#leave();
      this.#list.focus();
    },
  });

  constructor() {
    pause.addEventListener('click', () => (this.#list.held ? this.#list.go() : this.#list.hold()));
    addEventListener('hashchange', () => this.#inspect());
    offer(keys);
    this.#follow();
    this.#inspect();
  }

  // follow starts again, with the filters as they are now.
  #follow() {
    const query = this.#filters.query;
    download.href = `log/lines?${query}`;
    query.set('backfill', backfill);
    this.#feed?.close();
    this.#live = false;
    this.#list.clear();
    this.#feed = new Feed(`log/events?${query}`, {
      on: {
        message: ({data}) => this.#list.push(data),
        gap: ({data}) => this.#list.note(missing(JSON.parse(data))),
        restarted: () => this.#list.note('The server was restarted. The next lines are those of a new process, and are numbered from 1.'),
        live: () => this.#caughtUp(),
      },
      live: () => (this.#live ? 'Live' : 'Loading the newest lines…'),
      refused: (answer) => this.#filters.refuse(answer),
    });
  }

  #caughtUp() {
    this.#live = true;
    this.#feed.say();
  }

  #changed() {
    const {held, meanwhile, length} = this.#list;
    const words = held ? `Resume${meanwhile ? ` (${meanwhile.toLocaleString('en')} new)` : ''}` : 'Pause';
    write(pause, words);
    say(count, held ? 'Paused' : `${length.toLocaleString('en')} shown`);
  }

  // A line has no address of its own.
  #open(line) {
    this.#leave();
    this.#inspector.line(line);
  }

  // An id leads to its story, any other value to the lines that have it.
  #pick(key, value) {
    if (ids.has(key)) location.hash = `story=${encodeURIComponent(value)}`;
    else this.#filters.add(`${key}=${value}`);
  }

  // inspect shows what the address asks for behind its #.
  #inspect() {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has('story')) this.#inspector.story(asked.get('story'));
    else if (asked.has('around')) this.#inspector.around(Number(asked.get('around')));
    else this.#inspector.close();
  }

  #leave() {
    if (location.hash) history.pushState(null, '', location.pathname + location.search);
  }
}

function missing({from, to, count}) {
  const lines = count === 1 ? 'One line is missing' : `${count.toLocaleString('en')} lines are missing`;
  const which = from && to ? ` (${from === to ? from : `${from} to ${to}`})` : '';
  return `${lines} here${which}: they came faster than they are sent to this page, or the server no longer has them.`;
}

// offer names the keys that people filter by most.
function offer(list) {
  const known = ['event=', 'reason=', 'message_id=', 'stream_id=', 'request_id=', 'trace_id=', 'client.address=', 'kind=', 'code=', 'http.route=', 'http.response.status_code='];
  list.append(...known.map((value) => new Option('', value)));
}

new Page();
