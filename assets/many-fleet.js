// Many streams of one message at once, and what is known of all of them.

import {Lane} from './many-lane.js';
import {Spread} from './many-spread.js';

/** words are the states that a stream can be in. */
export const words = ['connecting', 'waiting', 'streaming', 'stale', 'reconnecting', 'refused', 'complete', 'failed', 'stopped'];

/**
 * Fleet follows `count` streams of a text. It tells what happens through the callbacks of `on`:
 *   changed()         some stream is in another state than before
 *   forgotten()       the server has lost the message; to be answered with renew(url), or with stop()
 */
export class Fleet {
  lanes;
  url;
  characters; // of the text
  interval; // milliseconds
  digest; // SHA-256 of the text, '' where nobody knows it
  events = 0;
  opened = 0; // streams that were open at least once
  allOpen; // milliseconds from the start until all were, undefined before
  first; // the same until the first chunk
  longestGap = 0; // milliseconds between two chunks of one stream
  lateness = new Spread();
  counts = Object.fromEntries(words.map((word) => [word, 0]));
  trouble = null; // why connections fail, as the last one said
  #on;
  #begun = 0;
  #dirty = new Set(); // streams that changed and were not painted since
  #seen = new Set(); // streams that were open
  #forgotten = new Set(); // streams that wait until the server has the message again

  constructor(url, {text, interval, count, digest}, on) {
    this.url = url;
    this.characters = Array.from(text);
    this.interval = interval;
    this.digest = digest;
    this.#on = on;
    this.lanes = Array.from({length: count}, (_, index) => new Lane(index, this));
    this.counts.stopped = count;
  }

  open() {
    this.#begun = performance.now();
    for (const lane of this.lanes) lane.open();
  }

  /** resume opens again what was stopped. */
  resume() {
    for (const lane of this.lanes) if (lane.word === 'stopped') lane.open();
  }

  stop() {
    this.#forgotten.clear();
    for (const lane of this.lanes) lane.stop();
  }

  /** stopRefused gives up the streams that the server has no place for. */
  stopRefused() {
    for (const lane of this.lanes) if (lane.word === 'refused') lane.stop();
  }

  /** renew goes on at another address, where the text is the same. */
  renew(url) {
    this.url = url;
    const lanes = [...this.#forgotten];
    this.#forgotten.clear();
    for (const lane of lanes) lane.open();
  }

  /** failForgotten ends the streams of which the server cannot get the message again. */
  failForgotten(problem) {
    const lanes = [...this.#forgotten];
    this.#forgotten.clear();
    for (const lane of lanes) lane.giveUp(problem);
  }

  /** settled says whether no stream will change by itself. */
  get settled() {
    const {complete, failed, stopped} = this.counts;
    return complete + failed + stopped === this.lanes.length;
  }

  /** takeDirty answers the streams that have changed since it was asked last. */
  takeDirty() {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    return dirty;
  }

  // What the lanes tell.

  changed(lane, before) {
    this.counts[before]--;
    this.counts[lane.word]++;
    this.#dirty.add(lane);
    if (lane.word === 'streaming') this.#open(lane);
    this.#on.changed();
  }

  #open(lane) {
    this.#seen.add(lane);
    if (this.#seen.size === this.lanes.length) this.allOpen ??= performance.now() - this.#begun;
  }

  came(lane, late, gap) {
    this.events++;
    this.first ??= performance.now() - this.#begun;
    this.lateness.add(late);
    if (gap > this.longestGap) this.longestGap = gap;
    this.#dirty.add(lane);
  }

  forgotten(lane) {
    this.#forgotten.add(lane);
    if (this.#forgotten.size === 1) this.#on.forgotten();
  }
}
