// One line of the log: what it has, and how a row shows it. Any value may be a client's text.

import {part} from './elements.js';
import {escaped, inLine} from './escape.js';

/** ids are the keys whose values have a story. */
export const ids = new Set(['message_id', 'stream_id', 'request_id', 'trace_id', 'previous_stream_id']);

// The keys that come first in a row, whatever the event.
const first = ['reason', 'code', 'error', 'fault', 'http.request.method', 'url.path', 'http.response.status_code', 'kind', 'position', 'chunks', 'total', 'lag_ms', 'count', 'codes',
  'client.address', 'stream_id', 'message_id', 'max_lag_ms', 'duration_ms', 'first_position', 'unit', 'bytes'];
const apart = new Set(['time', 'level', 'event', 'msg', 'logger', 'seq', 'stack']); // in places of their own, or too long for a row
const most = 9; // fields in a row
const longest = 120; // characters of one

/** parse reads a line. Numbers that JavaScript would round, such as seeds, become texts. */
export function parse(text) {
  try {
    const line = JSON.parse(text);
    return Object.values(line).some(rounded) ? JSON.parse(text, (_, value, context) => (rounded(value) ? context?.source ?? value : value)) : line;
  } catch {
    return {msg: text};
  }
}

function rounded(value) {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

/** textOf is a value as filters compare it. */
export function textOf(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** short is an id for a row. */
export function short(id) {
  return id.slice(0, 8);
}

/** clock is the time of a line, in UTC, to the millisecond. */
export function clock(time = '') {
  return time.slice(11, 23);
}

/** fill makes an empty element the row of a line. Values have their key in data-key and, if they are cut, the whole in data-value. */
export function fill(element, line) {
  element.dataset.level = line.level ?? '';
  const event = part('span', 'event', line.event ? escaped(line.event) : '');
  if (line.event) event.dataset.key = 'event';
  element.append(part('time', '', clock(line.time)), part('span', 'level', line.level ?? ''), event, rest(line));
}

function rest(line) {
  const cell = part('span', 'rest', line.event ? '' : inLine(line.msg ?? ''));
  let left = most;
  const add = (key) => {
    const value = line[key];
    if (left === 0 || value === '' || typeof value === 'object') return;
    left--;
    cell.append(`${escaped(key.slice(key.lastIndexOf('.') + 1))}=`, valueOf(key, textOf(value)), ' ');
  };
  for (const key of first) if (key in line) add(key);
  for (const key in line) if (!apart.has(key) && !first.includes(key)) add(key);
  return cell;
}

function valueOf(key, value) {
  const shown = ids.has(key) ? short(value) : value.slice(0, longest);
  const element = part('b', '', inLine(shown));
  element.dataset.key = key;
  if (element.textContent !== value) element.dataset.value = value;
  return element;
}
