// One chart: drawn by uPlot, and as a table for who prefers numbers.

import {part, write} from './elements.js';
import uPlot from './uplot.js';

const height = 170; // CSS pixels of a chart
const fewest = 20; // rows of a table, of which each may stand for several seconds
const steps = [1, 3, 15, 60, 180, 300]; // seconds of a row

const cursor = uPlot.sync('overview'); // the line under the mouse is in all charts at once

/** Chart is a figure in box: a title, what each series is now or under the mouse, and the chart or its table. */
export class Chart {
  #options;
  #figure = part('figure', 'chart');
  #place = part('div', 'plot');
  #table = part('table');
  #values = []; // elements
  #data = [[]];
  #plot = null;
  #inks = {};

  /**
   * options.series are {name, ink, of(sample), area, dash}; merge(...values) makes one row's value of several seconds', by default
   * the last; format says a value in words; incrs are the steps that the axis may take.
   */
  constructor(box, options) {
    this.#options = {merge: (...values) => values.at(-1), stacked: false, ...options};
    this.#figure.append(this.#caption(), this.#place, this.#scroller());
    box.append(this.#figure);
    new ResizeObserver(() => this.#fit()).observe(this.#place);
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(query).addEventListener('change', () => this.#recolour());
    }
  }

  /** show has these samples, oldest first, over the last seconds; asTable says in which form. */
  show(samples, seconds, asTable) {
    const latest = samples.at(-1);
    const values = this.#options.series.map(({of}) => samples.map((sample) => of(sample) ?? null));
    this.#data = [samples.map(({x}) => x), ...values];
    this.#place.hidden = asTable;
    this.#table.parentElement.hidden = !asTable;
    if (asTable) this.#fill(samples, seconds);
    else this.#draw(latest?.x ?? 0, seconds);
    this.#say(null);
  }

  #caption() {
    const caption = part('figcaption');
    const list = part('dl', 'key');
    for (const {name, ink} of this.#options.series) {
      const [group, term, value] = [part('div'), part('dt', `ink-${ink}`, name), part('dd', '', '–')];
      group.append(term, value);
      list.append(group);
      this.#values.push(value);
    }
    const title = part('h2', '', this.#options.title);
    caption.append(title, list);
    return caption;
  }

  // A region that scrolls has to be reached with the keyboard.
  #scroller() {
    const scroller = part('div', 'numbers');
    scroller.tabIndex = 0;
    scroller.setAttribute('role', 'region');
    scroller.setAttribute('aria-label', `${this.#options.title}, in numbers`);
    scroller.hidden = true;
    scroller.append(this.#table);
    return scroller;
  }

  // say shows the values at index, null for the latest.
  #say(index) {
    this.#options.series.forEach((_, i) => {
      write(this.#values[i], this.#options.format(this.#data[i + 1].at(index ?? -1)));
    });
  }

  #draw(now, seconds) {
    if (!this.#plot) this.#make();
    if (!this.#plot) return;
    this.#plot.setData(this.#options.stacked ? stack(this.#data) : this.#data, false);
    this.#plot.batch(() => {
      this.#plot.setScale('x', {min: now - seconds, max: now});
    });
    this.#place.firstChild.setAttribute('aria-label', this.#summary());
  }

  #make() {
    const width = this.#place.clientWidth;
    if (!width) return;
    this.#readInks();
    const {series, stacked, format} = this.#options;
    const line = () => this.#inks.line;
    const axis = {stroke: () => this.#inks.quiet, font: '12px system-ui, sans-serif', grid: {stroke: line, width: 1}, ticks: {show: false}};
    this.#plot = new uPlot({
      width, height,
      padding: [8, 26, 0, 0], // room for half of the last time
      legend: {show: false},
      cursor: {sync: {key: cursor.key}, drag: {x: false, y: false}, points: {size: 7}},
      scales: {x: {time: true}, y: {range: (_, __, max) => [0, Math.max(max ?? 0, 1) * 1.08]}},
      series: [{}, ...series.map((one) => this.#series(one))],
      bands: stacked ? series.slice(1).map((_, i) => ({series: [i + 2, i + 1]})) : [],
      axes: [{...axis, grid: {show: false}, size: 28, space: 72, values: (_, splits) => splits.map((value) => clock(value).slice(0, seconds(splits) ? 8 : 5))},
        {...axis, size: 66, incrs: this.#options.incrs, values: (_, splits) => splits.map((value) => format(value))}],
      hooks: {setCursor: [({cursor: {idx}}) => this.#say(idx ?? null)]},
    }, this.#data, this.#place);
    this.#place.firstChild.setAttribute('role', 'img');
  }

  #series({ink, area, dash}) {
    const {stacked} = this.#options;
    const colour = () => this.#inks[ink];
    const below = () => this.#inks[`${ink}-below`];
    const fill = area ? below : stacked ? colour : undefined;
    return {stroke: colour, width: stacked ? 1 : 1.75, dash, fill, points: {show: false}, paths: stacked ? uPlot.paths.stepped({align: -1}) : undefined};
  }

  #readInks() {
    const style = getComputedStyle(this.#figure);
    const names = ['fill', 'fill-below', 'good', 'good-below', 'still', 'wait', 'bad', 'quiet', 'line'];
    this.#inks = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--ink-${name}`).trim()]));
  }

  #recolour() {
    this.#readInks();
    this.#plot?.redraw(false, true);
  }

  #fit() {
    const width = this.#place.clientWidth;
    if (this.#plot && width && width !== this.#plot.width) this.#plot.setSize({width, height});
  }

  #summary() {
    const {title, series, format} = this.#options;
    const said = series.map(({name}, i) => {
      const values = this.#data[i + 1].filter((value) => value !== null);
      return values.length ? `${name} ${format(values.at(-1))}, from ${format(Math.min(...values))} to ${format(Math.max(...values))}` : `${name}: no figures`;
    });
    return `${title}: ${said.join('; ')}`;
  }

  #fill(samples, seconds) {
    const step = steps.find((step) => seconds / step <= fewest + 1) ?? steps.at(-1);
    const {series, format, merge} = this.#options;
    const head = part('tr');
    for (const name of [step === 1 ? 'Time' : `${step} s until`, ...series.map(({name}) => name)]) head.append(Object.assign(part('th', '', name), {scope: 'col'}));
    const rows = [];
    for (const group of grouped(samples, step)) {
      const row = part('tr');
      row.append(Object.assign(part('th', '', clock(group.at(-1).x)), {scope: 'row'}));
      for (const {of} of series) {
        const values = group.map(of).filter((value) => value !== null && value !== undefined);
        row.append(part('td', '', values.length ? format(merge(...values)) : '–'));
      }
      rows.unshift(row);
    }
    const [top, body] = [part('thead'), part('tbody')];
    top.append(head);
    body.append(...rows);
    this.#table.replaceChildren(top, body);
  }
}

// grouped has the samples in rows of step seconds, which begin at multiples of them, so that a row does not change when time goes on.
function grouped(samples, step) {
  const groups = new Map();
  for (const sample of samples) {
    const group = Math.ceil(sample.x / step);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(sample);
  }
  return groups.values();
}

// stack puts each series on those after it, so that the first is drawn first and highest.
function stack([x, ...series]) {
  const sums = x.map(() => 0);
  return [x, ...series.reverse().map((values) => values.map((value, i) => (sums[i] += value ?? 0))).reverse()];
}

// seconds says whether the marks of an axis of time are not all whole minutes.
function seconds(marks) {
  return marks.some((mark) => mark % 60 !== 0);
}

function clock(seconds) {
  return new Date(1000 * seconds).toLocaleTimeString('en-GB');
}
