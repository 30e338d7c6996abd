// What the pages with a form to send show: the state in words, errors, the progress bar, the wire log, the curl command.
// Only textContent and properties are set, never markup.

import * as faults from './faults.js';
import {Command, Wire} from './wire.js';

const byId = (id) => document.getElementById(id);

/** Element references, by id. A page has them all. */
export const form = byId('form');
export const message = byId('message');
export const interval = byId('interval');
export const token = byId('token');
export const stopButton = byId('stop');
export const received = byId('received');

const access = byId('access');
const arrival = byId('arrival');
const status = byId('status');
const error = byId('error');
const errorPlace = error.parentElement;
const bar = byId('bar');
const count = byId('count');
const total = byId('total');
const curl = new Command(byId('curl'), byId('copy'));

/** The bytes that came. */
export const wire = new Wire(byId('wire'));

/** state shows the state of the connection; word also selects the look, detail is for people. */
export function state(word, detail) {
  const busy = ['sending', 'connecting', 'streaming', 'reconnecting'].includes(word);
  arrival.dataset.state = word;
  if (status.textContent !== detail) status.textContent = detail;
  received.setAttribute('aria-busy', busy);
}

/** reveal scrolls what arrives into view, where the form fills a small screen. */
export function reveal() {
  arrival.scrollIntoView({block: 'nearest'});
}

/** fault shows an error in words and, where one field caused it, marks the field and moves there. */
export function fault(words, field) {
  if (field) (field.closest('.field') ?? errorPlace).append(error);
  if (error.textContent !== words) error.textContent = words; // said once, not at every attempt
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

export function clearFault() {
  error.textContent = '';
  errorPlace.append(error);
  for (const field of [message, interval, faults.fault, faults.seed, token]) field.removeAttribute('aria-invalid');
}

/** askForToken shows the field for the token, which most servers do not need. */
export function askForToken() {
  access.hidden = false;
}

/** offer sets the one button that stops and resumes: 'Stop', 'Resume', or '' for neither. */
export function offer(label) {
  // A focused button that is disabled would drop the keyboard's place on the page.
  if (!label && document.activeElement === stopButton) byId('send').focus();
  stopButton.disabled = !label;
  stopButton.textContent = label || 'Stop';
}

/** progress shows how many chunks of how many have come; all is undefined or null while it is unknown. */
export function progress(some, all) {
  bar.max = all ?? 1;
  bar.value = all === null ? 0 : some; // a live message may go on for ever
  count.textContent = some;
  total.textContent = all ?? '–';
}

/** follow shows the curl command for the stream at url. */
export function follow(url) {
  curl.show(`curl -N "${url}"`);
}
