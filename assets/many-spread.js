// How late many events came, without keeping each.

const most = 5000; // milliseconds; what is later counts as this

/** Spread keeps durations, to the millisecond. */
export class Spread {
  #bins = new Uint32Array(most + 1);
  #count = 0;

  add(milliseconds) {
    this.#bins[Math.min(most, Math.max(0, Math.round(milliseconds)))]++;
    this.#count++;
  }

  /** take answers the duration that each share of all does not exceed, undefined if there is none, and forgets all. */
  take(...shares) {
    const values = shares.map((share) => this.#quantile(share));
    this.#bins.fill(0);
    this.#count = 0;
    return values;
  }

  #quantile(share) {
    if (this.#count === 0) return undefined;
    let left = share * this.#count;
    return this.#bins.findIndex((number) => (left -= number) <= 0);
  }
}
