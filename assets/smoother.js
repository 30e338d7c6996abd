// Text that arrives in lumps, shown at an even pace.

const least = 16; // milliseconds: what comes within one frame of the screen is one lump
const most = 1000;
const atLast = 300; // milliseconds for all that is left, once nothing more will come

const segmenter = Intl.Segmenter && new Intl.Segmenter(undefined, {granularity: 'grapheme'});

// characters are the pieces of a text that may be shown one by one.
function characters(text) {
  return segmenter ? Array.from(segmenter.segment(text), ({segment}) => segment) : Array.from(text);
}

/**
 * Smoother says how much of the text that has come is to be shown by now. It spreads what is here over the
 * time that passes until the next lump, if that comes as late as those before it. Times are in milliseconds, of any
 * one clock. No character waits longer than `limit` and the time until the next call of take.
 */
export class Smoother {
  longest = 0; // time that any character shown has waited
  #limit;
  #slack;
  #waiting = []; // characters that came and are not shown
  #lumps = []; // the same, as {came, count} for those that came at once
  #shown = 0; // characters shown
  #waits = 0; // time that all of those have waited, added up
  #gap = 200; // from one lump to the next; before the second one comes, a guess
  #came; // when the last lump began; undefined before the first
  #pace = 0; // characters a millisecond
  #taken = 0; // when take was called last, or would have been
  #owed = 0; // part of a character, of those that are due

  /** With slack, the text is spread over a time that is longer by this factor: a late lump leaves no pause, and all waits longer. */
  constructor({limit = Infinity, slack = 1} = {}) {
    if (limit < Infinity) this.#gap = limit / 2; // a better guess: this much may be waited for
    this.#limit = limit;
    this.#slack = slack;
  }

  /** mean is the time that a character shown has waited, on average. */
  get mean() {
    return this.#shown && this.#waits / this.#shown;
  }

  /** add takes the text that has come at `now`. */
  add(text, now) {
    const since = now - this.#came;
    if (since >= least) this.#gap = Math.min((this.#gap + since) / 2, most);
    if (!(since < least)) this.#came = now;
    if (this.#waiting.length === 0) this.#taken = now;
    const pieces = characters(text);
    for (const character of pieces) this.#waiting.push(character);
    this.#lumps.push({came: now, count: pieces.length});
    this.#pace = this.#waiting.length / Math.max(1, Math.min(this.#slack * this.#gap, this.#limit));
  }

  /** end says that nothing will follow. */
  end() {
    this.#pace = Math.max(this.#pace, this.#waiting.length / atLast);
  }

  /** take answers what is to be shown at `now` in addition to what was. */
  take(now) {
    this.#owed += Math.max(0, now - this.#taken) * this.#pace;
    this.#taken = now;
    const due = Math.min(Math.max(Math.floor(this.#owed), this.#overdue(now)), this.#waiting.length);
    this.#owed = due === this.#waiting.length ? 0 : Math.max(0, this.#owed - due);
    this.#leave(due, now);
    return this.#waiting.splice(0, due).join('');
  }

  /** rest answers all that is left. */
  rest(now = this.#taken) {
    this.#owed = 0;
    this.#leave(this.#waiting.length, now);
    return this.#waiting.splice(0).join('');
  }

  // overdue counts the characters that may not wait longer.
  #overdue(now) {
    let count = 0;
    for (const lump of this.#lumps) {
      if (now - lump.came < this.#limit) break;
      count += lump.count;
    }
    return count;
  }

  // leave notes how long the characters have waited that are shown now.
  #leave(count, now) {
    this.#shown += count;
    while (count > 0) {
      const [lump] = this.#lumps;
      const some = Math.min(count, lump.count);
      this.longest = Math.max(this.longest, now - lump.came);
      this.#waits += some * (now - lump.came);
      lump.count -= some;
      count -= some;
      if (lump.count === 0) this.#lumps.shift();
    }
  }

  get empty() {
    return this.#waiting.length === 0;
  }
}
