// The form of the chat: what it asks for, and errors where they were made.

import {milliseconds, unfit} from './duration.js';
import {blamed, fault, plan, seed} from './faults.js';
import {explain, sendable, within} from './problems.js';
import {Settings} from './settings.js';
import {legible} from './stream.js';
import {keep, recall} from './token.js';

const byId = (id) => document.getElementById(id);

const form = byId('form');
const message = byId('message');
const interval = byId('interval');
const access = byId('access');
const token = byId('token');
const trouble = byId('trouble');
const error = byId('error');
const again = byId('again');
const {unit, smoothing} = form.elements;

/** tooLarge is the code of a Problem that only another question solves. */
export const tooLarge = 'message_too_large';

new Settings({interval, unit, fault, seed, smoothing});

/** onSubmit calls submit when the form is sent, with the button or the keyboard. */
export function onSubmit(submit) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  message.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

/** onAgain calls ask when the button beside an error is pressed. */
export function onAgain(ask) {
  again.addEventListener('click', () => ask());
}

/** onSmoothing calls change when that is chosen or left. */
export function onSmoothing(change) {
  for (const choice of smoothing) choice.addEventListener('change', () => change());
}

/** smooth says whether that is chosen. */
export function smooth() {
  return smoothing.value === 'on';
}

/** taken answers the message, and empties its field for the next one. */
export function taken() {
  const text = message.value;
  message.value = '';
  return text;
}

export function focus() {
  message.focus();
}

export function isEmpty() {
  return message.value === '';
}

/** valid says whether the form can be sent; what is wrong is shown. needed says whether there has to be a message. */
export function valid(needed) {
  clearError();
  const words = unfit(interval);
  if (needed && isEmpty()) show('The message is empty. Write something first.', message);
  else if (words) show(words, interval);
  else return true;
  return false;
}

/** planned is the plan that the form asks for, as X-Stream-Plan has it. */
export function planned() {
  const query = {};
  if (interval.value !== '') query.interval = `${interval.valueAsNumber}ms`;
  query.unit = unit.value;
  return Object.entries({...query, ...plan()}).map(([key, value]) => `${key}=${legible(encodeURIComponent(value))}`).join('&');
}

export function currentToken() {
  return token.value.trim() || recall();
}

/** restore puts a question back into its field, unless there is another one. */
export function restore(text) {
  message.value ||= text;
}

/** refused shows why a question was refused: at the field that caused it, or in the turn. */
export function refused(problem, turn) {
  if (problem.code === 'unauthorized') {
    keep('');
    access.hidden = false;
    show(problem.message, token);
  } else if (problem.code === 'invalid_parameter' && !problem.answer.param) { // of the plan, not of the body
    const field = blamed(problem.message, interval);
    show(field === interval ? inMilliseconds(problem.message) : explain(problem), field);
  } else if (problem.code === tooLarge) {
    show(explain(problem), message);
  } else {
    turn.append(trouble);
    again.hidden = !sendable(problem);
    show(explain(problem));
  }
}

// inMilliseconds is what an interval has to be, which this wire tells in words alone.
function inMilliseconds(words) {
  const [min, max] = (/between (\S+) and ([^\s,]+)/.exec(words) ?? []).slice(1).map(milliseconds);
  return max ? within({min, max}) : words;
}

function show(words, field) {
  field?.closest('.field').append(error);
  error.textContent = words;
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

export function clearError() {
  error.textContent = '';
  if (document.activeElement === again) focus();
  again.hidden = true;
  trouble.prepend(error);
  form.append(trouble); // turns come and go
  for (const field of [message, interval, fault, seed, token]) field.removeAttribute('aria-invalid');
}
