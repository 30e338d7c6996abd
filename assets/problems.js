// What went wrong, in the words of the page: what it means for whoever reads it, and what can be done.

import {milliseconds} from './duration.js';

const said = {
  message_not_found: 'The server does not have this message: it was deleted, or the server was restarted.',
  message_too_large: 'The message is too long for this server. Shorten it and send it again.',
  store_full: 'The server has no room for another message. Try again in a moment.',
  busy: 'The server is busy. Try again in a moment.',
  shutting_down: 'The server is shutting down. Try again in a moment.',
  store_unavailable: 'The server cannot reach its store. Try again in a moment.',
  request_timeout: 'The message took too long to arrive. Try again.',
  fault_injected: 'The fault has done its work: the server refuses the stream.',
};

/** explain is what to say of a Problem. */
export function explain({code, message, answer}) {
  if (code === 'invalid_parameter') return refused(message, answer);
  return said[code] ?? message;
}

/** bounds is what an interval has to be, in the unit of its field; undefined where it is not told. */
export function bounds({parameter, minimum, maximum}) {
  if (parameter !== 'interval' || minimum === undefined) return undefined;
  return {min: milliseconds(minimum), max: milliseconds(maximum)};
}

/** within says so in words. */
export function within({min, max}) {
  return `The interval must be from ${min.toLocaleString('en')} to ${max.toLocaleString('en')} milliseconds.`;
}

/** sendable says whether the same message may be taken another time. */
export function sendable({code}) {
  return ['message_not_found', 'store_full', 'busy', 'shutting_down', 'store_unavailable', 'request_timeout', 'unreachable'].includes(code);
}

/** resumable says whether the stream can go on after this. */
export function resumable({code}) {
  return ['disorder', 'bad_event'].includes(code);
}

function refused(message, answer) {
  const range = bounds(answer);
  if (range) return within(range);
  if (answer.parameter === 'seed') return 'The seed must be a whole number.';
  return message;
}
