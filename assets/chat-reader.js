// An event stream as fetch brings it: bytes in, events out, wherever the bytes were cut.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/**
 * EventReader reads one event stream. An id and a reconnection time say nothing to a client that does not
 * reconnect, so it passes over them as it does over comments.
 */
export class EventReader {
  #decoder = new TextDecoder(); // passes over a byte order mark, and waits for the rest of a character
  #line = ''; // what has come of a line
  #ended = false; // whether a CR was the last character, which an LF may still belong to
  #type = '';
  #data = null; // lines of the event so far, null for none

  /** push takes the next bytes, and answers the events that they complete, as [{type, data}]. */
  push(bytes) {
    let text = this.#decoder.decode(bytes, {stream: true});
    if (text === '') return [];
    const ended = text.endsWith('\r');
    if (this.#ended && text.startsWith('\n')) text = text.slice(1);
    this.#ended = ended;

    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop();
    return lines.map((line) => this.#take(line)).filter(Boolean);
  }

  // What has come of an event when the stream ends is no event, so an empty line alone completes one.
  #take(line) {
    if (line === '') return this.#complete();
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    if (field === 'data') (this.#data ??= []).push(value ?? '');
    if (field === 'event') this.#type = value ?? '';
    return null;
  }

  #complete() {
    const event = this.#data && {type: this.#type || 'message', data: this.#data.join('\n')};
    this.#data = null;
    this.#type = '';
    return event;
  }
}
