// What a client has on show, piece by piece: the books that prove whether anything was lost or doubled.

/** Ledger counts the pieces of one text by their position, and keeps the text as it was shown. */
export class Ledger {
  #counts = []; // how often the piece of each position is on show
  #seen = 0; // positions that are on show at least once
  #text = [];
  #ever = []; // whether the piece of a position came at any time, also before a restart
  #next = 0; // the position that is due, if pieces come in order
  total = null; // pieces of the whole text, null while unknown
  ordered = true; // whether each piece on show stands behind the one before it

  /** take keeps a piece, and answers whether it had come before. */
  take(position, text, total = null) {
    const count = this.#counts[position] ?? 0;
    const again = this.#ever[position] === true;
    if (count === 0) this.#seen++;
    if (position !== this.#next) this.ordered = false;
    this.#next = position + 1;
    this.#counts[position] = count + 1;
    this.#ever[position] = true;
    this.#text.push(text);
    this.total = total ?? this.total;
    return again;
  }

  /** restart forgets what is on show, as the text begins anew. */
  restart() {
    this.#counts = [];
    this.#seen = 0;
    this.#text = [];
    this.#next = 0;
    this.ordered = true;
  }

  get seen() { return this.#seen; }

  /** whole says that each piece of the text is on show, however often. */
  get whole() { return this.total !== null && this.#seen === this.total; }

  get text() { return this.#text.join(''); }

  /** count is how often the piece of a position is on show. */
  count(position) { return this.#counts[position] ?? 0; }

  /** missing answers the positions that are not on show, as ranges [first, last]. */
  missing() { return this.#ranges((count) => count === 0); }

  /** doubled answers those that are there more than once. */
  doubled() { return this.#ranges((count) => count > 1); }

  #ranges(matches) {
    const ranges = [];
    const end = Math.max(this.total ?? 0, this.#counts.length);
    for (let position = 0; position < end; position++) {
      if (!matches(this.count(position))) continue;
      const last = ranges.at(-1);
      if (last?.[1] === position - 1) last[1] = position;
      else ranges.push([position, position]);
    }
    return ranges;
  }
}

/** size is how many positions the ranges have. */
export function size(ranges) {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** sha256 is the digest of a text in hexadecimal, '' where the browser keeps its cryptography for secure origins. */
export async function sha256(text) {
  if (!crypto.subtle) return '';
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
