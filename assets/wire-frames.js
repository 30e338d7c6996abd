// An event stream as bytes, cut into its frames: what stands before each empty line, and that line.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

const budget = 8 << 20; // bytes that may be kept, with what a frame costs beside its own
const cost = 300; // of a frame, in bytes
const longest = 1 << 20; // bytes of a frame; what does not end by then is cut
const utf8 = new TextDecoder('utf-8', {ignoreBOM: true}); // that is: keep it
const LF = 10;
const CR = 13;

/** Frame is a part of the stream, or what stands between two connections: that has a `connection` and no bytes. */
class Frame {
  size = 0; // bytes
  again = false; // whether its id came before
  #buffer = new Uint8Array(0);

  /** `since` is how long before it the last frame began, in milliseconds; undefined for the first. */
  constructor(since, connection) {
    this.since = since;
    this.connection = connection;
  }

  push(bytes) {
    const size = this.size + bytes.length;
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(this.size ? 2 * size : size); // most come in one piece
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.size);
    this.size = size;
  }

  get bytes() {
    return this.#buffer.subarray(0, this.size);
  }

  get text() {
    return utf8.decode(this.bytes);
  }
}

/** Frames takes the bytes of a stream and keeps the latest of its frames. Times are in milliseconds. */
export class Frames {
  list = []; // Frames, the last of which may not be whole yet
  removed = 0; // entries of the list that were let go, the oldest first
  gone = 0; // frames among them
  came = 0; // frames in all
  bytes = 0; // of all frames
  #weight = 0; // bytes of the list, costs included
  #open = null; // the frame that is not whole yet
  #began; // when the last frame did
  #seen = new Set(); // ids
  #emptyLine = true; // whether nothing stands on the current line
  #afterCR = false;
  #over = false; // whether an empty line has ended in CR, to which an LF may still belong

  add(bytes, now) {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const end = this.#endAt(bytes[at], at);
      if (end < 0) continue;
      this.#take(bytes.subarray(from, end), now);
      this.#finish();
      from = end;
    }
    this.#take(bytes.subarray(from), now);
    if (this.#open?.size > longest) this.#finish();
  }

  /** connected begins a new connection, which was asked for with this Last-Event-ID, '' for none. */
  connected(lastEventId) {
    this.#finish();
    this.#emptyLine = true;
    this.#afterCR = this.#over = false;
    if (this.list.length || lastEventId) this.#keep(new Frame(undefined, lastEventId));
  }

  // endAt answers where a frame ends: before this byte, behind it, or -1 for neither.
  #endAt(byte, at) {
    const secondHalf = byte === LF && this.#afterCR;
    this.#afterCR = byte === CR;
    const over = this.#over;
    this.#over = false;
    if (secondHalf) return over ? at + 1 : -1;
    const empty = this.#emptyLine;
    this.#emptyLine = byte === LF || byte === CR;
    if (empty && byte === LF) return at + 1;
    this.#over = empty && byte === CR;
    return over ? at : -1;
  }

  #take(bytes, now) {
    if (!bytes.length) return;
    if (!this.#open) {
      this.#open = new Frame(this.#began === undefined ? undefined : now - this.#began);
      this.#began = now;
      this.came++;
      this.#keep(this.#open);
    }
    this.#open.push(bytes);
    this.bytes += bytes.length;
    this.#weight += bytes.length;
  }

  #finish() {
    if (!this.#open) return;
    const id = /(?:^|[\r\n])id: ?([^\r\n]*)/.exec(this.#open.text)?.[1];
    if (id) {
      this.#open.again = this.#seen.has(id);
      this.#seen.add(id);
    }
    this.#open = null;
  }

  // Room is made for many at a time, since what is behind them in the list has to move up.
  #keep(frame) {
    this.list.push(frame);
    this.#weight += cost;
    if (this.#weight <= budget) return;
    let many = 0;
    while (many < this.list.length - 1 && this.#weight > 0.9 * budget) {
      const {size, connection} = this.list[many++];
      this.#weight -= cost + size;
      if (connection === undefined) this.gone++;
    }
    this.list.splice(0, many);
    this.removed += many;
  }
}
