// An event stream as bytes, cut into its frames: what stands before each empty line, and that line.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

const budget = 8 << 20; // bytes that may be kept, with what a frame costs beside its own
const cost = 300; // of a frame, in bytes
const longest = 1 << 20; // bytes of a frame; what does not end by then is cut
const utf8 = new TextDecoder('utf-8', {ignoreBOM: true}); // that is: keep it
const LF = 10;
const CR = 13;

// Whether nothing stands on the line, whether a CR came last, and whether that has ended a frame: an LF may still belong to it.
const atStart = {empty: true, afterCR: false, over: false};

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
  #line = atStart; // how far the current line has come

  add(bytes, now) {
    let from = 0;
    for (const end of this.#ends(bytes)) {
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
    this.#line = atStart;
    if (this.list.length || lastEventId) this.#keep(new Frame(undefined, lastEventId));
  }

  // ends answers where frames end in these bytes.
  #ends(bytes) {
    const ends = [];
    let {empty, afterCR, over} = this.#line;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (afterCR && byte === LF) { // the second half of a line end
        if (over) ends.push(at + 1);
        afterCR = over = false;
        continue;
      }
      if (over) ends.push(at);
      if (empty && byte === LF) ends.push(at + 1);
      afterCR = byte === CR;
      over = empty && afterCR;
      empty = afterCR || byte === LF;
    }
    this.#line = {empty, afterCR, over};
    return ends;
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
