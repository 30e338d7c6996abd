// How long nothing changed, each time.

/** Pauses keeps the times between changes, in milliseconds. */
export class Pauses {
  #last; // when the last change was, undefined before the first
  #pauses = [];

  /** changed notes a change at `now`. */
  changed(now) {
    if (this.#last !== undefined) this.#pauses.push(now - this.#last);
    this.#last = now;
  }

  /** rest makes the next change the first again: what lies between was no pause. */
  rest() {
    this.#last = undefined;
  }

  /** longest is undefined before there is one, as p95 is. */
  get longest() {
    return this.#sorted().at(-1);
  }

  get p95() {
    const sorted = this.#sorted();
    return sorted[Math.ceil(0.95 * sorted.length) - 1];
  }

  #sorted() {
    return this.#pauses.toSorted((a, b) => a - b);
  }
}
