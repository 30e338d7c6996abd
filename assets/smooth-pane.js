// One of two views of the same text: the text, its chart, and figures.

import {Chart} from './smooth-chart.js';
import {Pauses} from './smooth-pauses.js';
import {ArrivingText} from './text.js';

/** Pane shows what it is given, in the elements that it gets: {text, chart, scale, end, longest, p95, behind}. */
export class Pane {
  #elements;
  #text;
  #chart;
  #pauses;

  constructor(elements) {
    this.#elements = elements;
    this.#text = new ArrivingText(elements.text);
    this.#chart = new Chart(elements.chart);
    this.begin(0);
  }

  /** begin empties all; the time of the chart begins now. */
  begin(now) {
    this.#text.clear();
    this.#chart.begin(now);
    this.#pauses = new Pauses();
    this.#elements.chart.setAttribute('aria-label', 'Nothing has come yet.');
  }

  /** show appends text at `now`; '' changes nothing. */
  show(text, now) {
    if (text === '') return;
    this.#text.add(text);
    this.#chart.add(text.length, now);
    this.#pauses.changed(now);
  }

  /** rest says that nothing is to be expected for a while. */
  rest() {
    this.#pauses.rest();
  }

  get highest() {
    return this.#chart.highest;
  }

  get reaches() {
    return this.#chart.reaches;
  }

  /** paint shows all; both panes get the same scale. */
  paint(highest, reaches) {
    const {scale, end, longest, p95} = this.#elements;
    this.#text.paint();
    this.#chart.paint(highest, reaches);
    write(scale, `Characters every ${this.#chart.width} ms`);
    write(end, `${(reaches / 1000).toFixed(reaches < 10_000 ? 1 : 0)} s`);
    write(longest, milliseconds(this.#pauses.longest));
    write(p95, milliseconds(this.#pauses.p95));
  }

  /** behind shows how long the text waited before it was shown. */
  behind(mean, longest) {
    write(this.#elements.behind, `${Math.round(mean)} / ${Math.round(longest)} ms`);
  }

  /** conclude says in words what the chart shows. */
  conclude() {
    this.#elements.chart.setAttribute('aria-label',
      `Never more than ${this.highest} characters in ${this.#chart.width} ms. Longest pause: ${milliseconds(this.#pauses.longest)}.`);
  }

  /** verify compares the text with the digest that the server has. */
  verify(sha256) {
    return this.#text.verify(sha256);
  }
}

function milliseconds(duration) {
  return duration === undefined ? '–' : `${Math.round(duration)} ms`;
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
