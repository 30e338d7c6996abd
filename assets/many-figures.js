// How many streams fare, in figures: what came in the last second, and how smoothly the page shows it.

import {spoken} from './duration.js';

const byId = (id) => document.getElementById(id);

const shown = {
  rate: byId('fact-rate'), late: byId('fact-late'), frames: byId('fact-frames'), slowest: byId('fact-slowest'),
  open: byId('fact-open'), first: byId('fact-first'), gap: byId('fact-gap'), events: byId('fact-events'),
};

const second = 1000; // milliseconds

/** Figures are told each frame of the screen. Times are in milliseconds. */
export class Figures {
  #fleet;
  #since; // when this second began, undefined before the first frame
  #last = 0; // when the last frame was
  #frames = 0;
  #slowest = 0; // the longest time from one frame to the next in this second
  #events = 0; // that had come when this second began
  #worst = 0; // the longest time between two frames of all

  /** follow begins anew with these streams. */
  follow(fleet) {
    this.#fleet = fleet;
    this.#since = undefined;
    this.#events = fleet.events;
    this.#worst = 0;
    for (const name of ['rate', 'late', 'frames', 'slowest']) show(name, '–');
    this.totals();
  }

  /** frame is to be called with each frame, at `now`. */
  frame(now) {
    if (this.#since === undefined) {
      this.#begin(now);
      return;
    }
    this.#frames++;
    this.#slowest = Math.max(this.#slowest, now - this.#last);
    this.#last = now;
    if (now - this.#since < second) return;
    this.#tell(now - this.#since);
    this.#begin(now);
  }

  /** pause forgets the second that has begun: a page that nobody sees has no frames. */
  pause() {
    this.#since = undefined;
  }

  /** totals shows what does not depend on a second. */
  totals() {
    const {allOpen, first, longestGap, events} = this.#fleet;
    show('open', milliseconds(allOpen));
    show('first', milliseconds(first));
    show('gap', longestGap ? milliseconds(longestGap) : '–');
    show('events', events ? events.toLocaleString('en') : '–');
  }

  #begin(now) {
    this.#since = this.#last = now;
    this.#frames = this.#slowest = 0;
    this.#events = this.#fleet.events;
    this.#fleet.lateness.take();
  }

  #tell(passed) {
    const [median, p99] = this.#fleet.lateness.take(0.5, 0.99);
    this.#worst = Math.max(this.#worst, this.#slowest);
    show('rate', Math.round((this.#fleet.events - this.#events) * second / passed).toLocaleString('en'));
    show('late', median === undefined ? '–' : `${median} / ${p99} ms`);
    show('frames', Math.round(this.#frames * second / passed));
    show('slowest', `${Math.round(this.#slowest)} / ${Math.round(this.#worst)} ms`);
    this.totals();
  }
}

function milliseconds(duration) {
  return duration === undefined ? '–' : spoken(duration);
}

function show(name, value) {
  if (shown[name].textContent !== String(value)) shown[name].textContent = value;
}
