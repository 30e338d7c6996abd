// What the live page shows of the message itself: its state, what went wrong and what helps, and a few facts.
// Only textContent and properties are set, never markup.

import {say} from './say.js';
import {at} from './stream.js';
import {keep, recall} from './token.js';
import {Command} from './wire.js';

const byId = (id) => document.getElementById(id);

/** Element references, by id. */
export const message = byId('message');
export const access = byId('access');
export const complete = byId('complete');
export const fail = byId('fail');
export const reason = byId('reason');
export const fresh = byId('new');

const writer = byId('writer');
const status = byId('status');
const gentle = byId('gently');
const token = byId('token');
const error = byId('error');
const help = byId('help');
const facts = {id: byId('fact-id'), position: byId('fact-position'), bytes: byId('fact-bytes')};
const pipe = new Command(byId('pipe'), byId('copy'));

let helps = () => {}; // what the button beside the error does

help.addEventListener('click', () => helps());

/** show shows the state; word also selects the look. */
export function show(word, words) {
  writer.dataset.state = word;
  say(status, words);
}

/** gently says what is no error. */
export function gently(words) {
  gentle.textContent = words;
}

/** fault shows an error, and a button where one helps: {label, act}. */
export function fault(words, remedy) {
  if (error.textContent !== words) error.textContent = words;
  helps = remedy?.act;
  help.textContent = remedy?.label ?? '';
  if (!remedy && document.activeElement === help) fresh.focus();
  help.hidden = !remedy;
}

export function clearFault() {
  fault('');
  token.removeAttribute('aria-invalid');
}

/** askForToken shows the field for the token, which most servers do not need. */
export function askForToken() {
  keep('');
  access.hidden = false;
  token.setAttribute('aria-invalid', 'true');
  if (document.activeElement !== message) token.focus(); // else the next letters of the message would be the token
}

export function currentToken() {
  return token.value.trim() || recall();
}

/** fact shows what is known of the message. */
export function fact(known) {
  for (const [name, value] of Object.entries(known)) facts[name].textContent = value;
}

/** pipeTo shows the command that appends to a message what another one prints. */
export function pipeTo(id) {
  const secret = currentToken() && ' -H "Authorization: Bearer $SSESERVER_SEND_TOKEN"';
  const url = at(`messages/${encodeURIComponent(id)}/chunks?complete`);
  pipe.show(`some-command | curl -sS -T - -X POST -H "Content-Type: text/plain"${secret} "${url}"`);
}

/** writable says whether the message can be ended. */
export function writable(open) {
  // A focused button that is disabled would drop the keyboard's place on the page.
  if (!open && [complete, fail].includes(document.activeElement)) fresh.focus();
  complete.disabled = fail.disabled = !open;
}
