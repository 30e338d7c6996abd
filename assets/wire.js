// What a developer wants to see of a stream: the bytes as they came, and the command that shows them too.

import {Copier} from './copy.js';
import {spoken} from './duration.js';
import {shown} from './escape.js';
import {Frames} from './wire-frames.js';
import {Tools, amount} from './wire-tools.js';

const most = 200; // frames on show
const longest = 16 << 10; // UTF-16 code units of a frame on show
const longGap = 250; // milliseconds

/**
 * Wire shows the latest frames of a stream in its element, while the <details> around it is open. The text of the element is
 * the stream itself, with escapes for what cannot be seen; sizes and times stand in data attributes, which style.css shows.
 */
export class Wire {
  #element;
  #details;
  #frames;
  #next; // the first entry that was not looked at, counted from the first that came
  #last; // the latest that was: {frame, size, element}, with null for an element that the filter hides
  #paused; // frames that had come when the reader paused, -1 if they go on
  #until; // the first entry that is not to be looked at; Infinity unless paused
  #matched; // frames that hold what the filter wants, of those that were looked at
  #tools;

  constructor(element) {
    this.#element = element;
    this.#details = element.closest('details');
    this.#tools = new Tools({
      pause: () => {
        this.#hold(this.#paused < 0);
        this.paint();
      },
      filter: () => this.#again(),
      text: () => this.#matching().map((frame) => frame.text).join(''),
      bytes: () => this.#frames.list.map((frame) => frame.bytes),
    });
    element.before(this.#tools.element);
    element.after(this.#tools.note);
    this.#details.addEventListener('toggle', () => this.paint());
    this.clear();
  }

  /** add keeps these bytes of the stream, which came at `now`; paint shows them. */
  add(bytes, now = performance.now()) {
    this.#frames.add(bytes, now);
  }

  /** connected marks where a new connection begins, which goes on after lastEventId, '' for none. */
  connected(lastEventId = '') {
    this.#frames.connected(String(lastEventId));
  }

  /** clear forgets everything. */
  clear() {
    this.#frames = new Frames();
    this.#hold(false);
    this.#again();
  }

  paint() {
    if (!this.#details.open) return;
    this.#show();
    this.#tools.say(this.#frames, this.#paused, this.#element.childElementCount, this.#matched);
  }

  #hold(on) {
    const {came, removed, list} = this.#frames;
    this.#paused = on ? came : -1;
    this.#until = on ? removed + list.length : Infinity;
    this.#tools.pressed(on);
  }

  // again begins with an empty element, for another filter.
  #again() {
    this.#element.replaceChildren();
    this.#next = 0;
    this.#last = null;
    this.#matched = 0;
    this.paint();
  }

  #show() {
    const element = this.#element;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40; // CSS pixels
    if (this.#paused < 0) this.#grow();
    element.append(...this.#fresh());
    while (element.childElementCount > most) element.firstChild.remove();
    if (atEnd) element.scrollTop = element.scrollHeight; // unless the reader scrolled away
  }

  // grow shows what has come of a frame since it was shown.
  #grow() {
    const last = this.#last;
    if (!last || last.size === last.frame.size) return;
    last.size = last.frame.size;
    const element = this.#matches(last.frame) ? drawn(last.frame) : null;
    this.#matched += Boolean(element) - Boolean(last.element);
    if (last.element) last.element.replaceWith(element ?? '');
    else if (element) this.#element.append(element);
    last.element = element;
  }

  // fresh answers elements for the frames that were not looked at yet, or the last of those.
  #fresh() {
    const {list, removed} = this.#frames;
    const end = Math.min(removed + list.length, this.#until);
    const news = list.slice(Math.max(0, this.#next - removed), Math.max(0, end - removed));
    if (!news.length) return [];
    this.#next = end;
    const matching = news.filter((frame) => this.#matches(frame));
    this.#matched += matching.length;
    const frames = matching.slice(-most);
    const elements = frames.map(drawn);
    const frame = news.at(-1);
    this.#last = {frame, size: frame.size, element: frames.at(-1) === frame ? elements.at(-1) : null};
    return elements;
  }

  #matching() {
    return this.#frames.list.filter((frame) => this.#matches(frame));
  }

  #matches(frame) {
    const wanted = this.#tools.wanted;
    return wanted === '' || frame.text.toLowerCase().includes(wanted);
  }
}

// drawn is the element that shows a frame.
function drawn(frame) {
  const element = document.createElement('span');
  element.className = 'frame';
  const {text} = frame;
  element.textContent = shown(text.slice(0, longest));
  const {dataset} = element;
  dataset.mark = marks(frame, text.length - longest);
  if (frame.connection !== undefined) dataset.kind = 'connection';
  else if (/^(?::.*\s+)+$/.test(text)) dataset.kind = 'comment';
  if (frame.since > longGap) dataset.gap = '';
  if (frame.again) dataset.again = '';
  return element;
}

function marks({since, size, again, connection}, hidden) {
  if (connection !== undefined) return `New connection${connection && `, Last-Event-ID: ${shown(connection)}`}`;
  const parts = [];
  if (since > longGap) parts.push(`gap of ${spoken(since)}`);
  else if (since !== undefined) parts.push(`+${spoken(since)}`);
  parts.push(amount(size));
  if (again) parts.push('came before');
  if (hidden > 0) parts.push(`the last ${hidden.toLocaleString('en')} characters not shown`);
  return parts.join(' · ');
}

/** Command is a line for a shell, in a <code>, with a button that copies it. */
export class Command {
  #code;
  #button;

  constructor(code, button) {
    this.#code = code;
    this.#button = button;
    new Copier(button, () => code.textContent);
  }

  show(text) {
    this.#code.textContent = text;
    this.#button.disabled = false;
  }
}
