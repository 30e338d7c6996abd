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
 * one clock.
 */
export class Smoother {
  #waiting = []; // characters that came and are not shown
  #gap = 200; // from one lump to the next; before the second one comes, a guess
  #came; // when the last lump began; undefined before the first
  #pace = 0; // characters a millisecond
  #taken = 0; // when take was called last, or would have been
  #owed = 0; // part of a character, of those that are due

  /** add takes the text that has come at `now`. */
  add(text, now) {
    const since = now - this.#came;
    if (since >= least) this.#gap = Math.min((this.#gap + since) / 2, most);
    if (!(since < least)) this.#came = now;
    if (this.#waiting.length === 0) this.#taken = now;
    for (const character of characters(text)) this.#waiting.push(character);
    this.#pace = this.#waiting.length / this.#gap;
  }

  /** end says that nothing will follow. */
  end() {
    this.#pace = Math.max(this.#pace, this.#waiting.length / atLast);
  }

  /** take answers what is to be shown at `now` in addition to what was. */
  take(now) {
    this.#owed += Math.max(0, now - this.#taken) * this.#pace;
    this.#taken = now;
    const due = Math.min(Math.floor(this.#owed), this.#waiting.length);
    this.#owed = due === this.#waiting.length ? 0 : this.#owed - due;
    return this.#waiting.splice(0, due).join('');
  }

  /** rest answers all that is left. */
  rest() {
    this.#owed = 0;
    return this.#waiting.splice(0).join('');
  }

  get empty() {
    return this.#waiting.length === 0;
  }
}
