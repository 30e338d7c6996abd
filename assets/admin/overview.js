// The overview: samples of the server, one a second, as figures, charts and sentences.

import {Painter} from './frame.js';
import {write} from './elements.js';
import {Feed} from './feed.js';
import {charts} from './overview-charts.js';
import {findingsOf, show} from './overview-findings.js';
import {Samples} from './overview-samples.js';
import {bytes, ms, whole} from './overview-words.js';

const byId = (id) => document.getElementById(id);

const view = byId('view');
const findings = byId('findings');
const reach = byId('reach');
const now = {streams: byId('now-streams'), events: byId('now-events'), late: byId('now-late'), memory: byId('now-memory'), messages: byId('now-messages'), goroutines: byId('now-goroutines')};

const ranges = {'1m': 60, '5m': 300, '1h': 3600}; // seconds
const shortest = 60; // seconds that a chart is wide, however little is known

class Page {
  #samples = new Samples();
  #charts = charts(byId('charts'));
  #painter = new Painter(() => this.#paint());

  constructor() {
    this.#read();
    view.addEventListener('change', () => {
      history.replaceState(null, '', `?${new URLSearchParams({range: chosen('range'), form: chosen('form')})}`);
      this.#paint();
    });
    new Feed('overview/events', {
      on: {
        samples: ({data}) => this.#take(() => this.#samples.reset(JSON.parse(data))),
        sample: ({data}) => this.#take(() => this.#samples.add(JSON.parse(data))),
      },
    });
  }

  #read() {
    const query = new URLSearchParams(location.search);
    for (const choice of view.querySelectorAll('input')) if (choice.value === query.get(choice.name)) choice.checked = true;
  }

  #take(change) {
    change();
    this.#painter.soon();
  }

  #paint() {
    const latest = this.#samples.latest;
    if (!latest) return;
    const seconds = ranges[chosen('range')];
    const samples = this.#samples.last(seconds);
    show(findings, findingsOf(this.#samples.last(60)));
    this.#now(latest);
    const known = latest.x - samples[0].x + 1;
    const width = Math.min(seconds, Math.max(known, shortest));
    for (const chart of this.#charts) chart.show(samples, width, chosen('form') === 'numbers');
    write(reach, known < 0.9 * seconds ? `Only the last ${spoken(known)} are known yet. The page collects more while it is open.` : '');
  }

  #now({streams, eventsPerSecond, latenessP50Ms, latenessP99Ms, memoryBytes, messages, storeBytes, goroutines}) {
    write(now.streams, whole(streams));
    write(now.events, whole(eventsPerSecond));
    write(now.late, `${ms(latenessP50Ms).replace(' ms', '')} / ${ms(latenessP99Ms)}`);
    write(now.memory, bytes(memoryBytes));
    write(now.messages, `${whole(messages)} (${bytes(storeBytes)})`);
    write(now.goroutines, whole(goroutines));
  }
}

function chosen(name) {
  return view.querySelector(`[name=${name}]:checked`).value;
}

function spoken(seconds) {
  return seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

new Page();
