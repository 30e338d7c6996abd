// What the pages with a form to send show: the state in words, errors, the bar, the bytes, the figures, the snippets.
// Only textContent and properties are set, never markup.

import * as faults from './faults.js';
import {Figures} from './figures.js';
import {Snippets, curl, shortest} from './snippet.js';
import {Wire} from './wire.js';

const byId = (id) => document.getElementById(id);

/** Element references, by id. A page has them all. */
export const form = byId('form');
export const message = byId('message');
export const interval = byId('interval');
export const token = byId('token');
export const stopButton = byId('stop');
export const replayButton = byId('replay');
export const againButton = byId('again');
export const received = byId('received');

const sendButton = byId('send');
const access = byId('access');
const arrival = byId('arrival');
const status = byId('status');
const error = byId('error');
const trouble = error.parentElement; // beside the state, where the eye is while a stream runs
const bar = byId('bar');
const snippets = new Snippets(byId('snippets'));

/** The bytes that came, and how fast. */
export const wire = new Wire(byId('wire'));
export const figures = new Figures(byId('figures'));

/** state shows the state of the connection; word also selects the look, detail is for people. */
export function state(word, detail) {
  const busy = ['sending', 'connecting', 'streaming', 'stale', 'reconnecting'].includes(word);
  // A state is read out once, and not again with each second that it counts.
  status.ariaLive = arrival.dataset.state === word ? 'off' : 'polite';
  arrival.dataset.state = word;
  if (status.textContent !== detail) status.textContent = detail;
  status.classList.toggle('long', detail.length > 60);
  received.setAttribute('aria-busy', busy);
}

/** reveal scrolls what arrives into view, where the form fills the screen. */
export function reveal() {
  const {top} = arrival.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) arrival.scrollIntoView();
}

/** fault shows an error in words: at the field that caused it, or else at the state, where again offers to send again. */
export function fault(words, {field, again = false} = {}) {
  if (field) field.closest('.field').append(error);
  if (error.textContent !== words) error.textContent = words; // said once, not at every attempt
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
  againButton.hidden = !again;
}

export function clearFault() {
  error.textContent = '';
  trouble.prepend(error);
  hide(againButton);
  for (const field of [message, interval, faults.fault, faults.seed, token]) field.removeAttribute('aria-invalid');
}

/** askForToken shows the field for the token, which most servers do not need. */
export function askForToken() {
  access.hidden = false;
}

/** offer sets the button that stops and resumes: 'Stop', 'Resume', or '' for neither; and whether there is something to replay. */
export function offer(label, replay) {
  keepFocus(stopButton, !label);
  stopButton.disabled = !label;
  stopButton.textContent = label || 'Stop';
  keepFocus(replayButton, !replay);
  replayButton.disabled = !replay;
}

/** progress moves the bar; all is undefined or null while it is unknown. */
export function progress(some, all) {
  bar.hidden = all === null; // a live message may go on for ever
  bar.max = all ?? 1;
  bar.value = some;
}

/** follow shows how to ask for the stream at url. */
export function follow(url) {
  snippets.show({curl: curl(url), script: shortest(url)});
}

function hide(button) {
  keepFocus(button, true);
  button.hidden = true;
}

// A focused button that goes would drop the keyboard's place on the page.
function keepFocus(button, goes) {
  if (goes && document.activeElement === button) sendButton.focus();
}
