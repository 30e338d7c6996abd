// The samples that the page has: one a second, an hour of them at most.

const most = 3600; // samples

/** Samples keeps what came, oldest first. Times are seconds since 1970, as uPlot has them. */
export class Samples {
  #all = [];

  /** reset begins anew with these. */
  reset(samples) {
    const from = samples.length ? at(samples[0]) : Infinity;
    this.#all = this.#all.filter(({x}) => x < from); // after a lost connection the server sends again what the page has
    for (const sample of samples) this.add(sample);
  }

  add(sample) {
    const x = at(sample);
    if (x <= (this.latest?.x ?? -Infinity)) return;
    this.#all.push({...sample, x, ends: sample.ends ?? {}});
    if (this.#all.length > most) this.#all.shift();
  }

  get latest() {
    return this.#all.at(-1);
  }

  /** last are those of the last seconds. */
  last(seconds) {
    const from = (this.latest?.x ?? 0) - seconds;
    return this.#all.filter(({x}) => x > from);
  }
}

function at({time}) {
  return Date.parse(time) / 1000;
}

/** endsIn counts the ends of some samples by reason. */
export function endsIn(samples) {
  const ends = {};
  for (const sample of samples) {
    for (const [reason, count] of Object.entries(sample.ends)) ends[reason] = (ends[reason] ?? 0) + count;
  }
  return ends;
}
