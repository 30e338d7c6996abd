// The form of the chat: what it asks for, and errors where they were made.

import {blamed, fault, plan, seed} from './faults.js';
import {legible} from './stream.js';
import {keep, recall} from './token.js';

const byId = (id) => document.getElementById(id);

const form = byId('form');
const message = byId('message');
const interval = byId('interval');
const access = byId('access');
const token = byId('token');
const error = byId('error');

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
  if (needed && isEmpty()) show('The message is empty. Write something first.', message);
  else if (interval.validity.badInput) show('The interval is not a number.', interval);
  else return true;
  return false;
}

/** planned is the plan that the form asks for, as X-Stream-Plan has it. */
export function planned() {
  const query = {};
  if (interval.value !== '') query.interval = `${interval.valueAsNumber}ms`;
  query.unit = document.querySelector('input[name=unit]:checked').value;
  return Object.entries({...query, ...plan()}).map(([key, value]) => `${key}=${legible(encodeURIComponent(value))}`).join('&');
}

export function currentToken() {
  return token.value.trim() || recall();
}

/** refused shows why a question was refused: at the field that caused it, or in the turn. */
export function refused(problem, turn) {
  const words = problem.message;
  if (problem.code === 'unauthorized') {
    keep('');
    access.hidden = false;
    show(words, token);
  } else if (problem.code === 'invalid_parameter' && !problem.answer.param) { // of the plan, not of the body
    show(words, blamed(words, interval));
  } else {
    turn.append(error);
    show(words);
  }
}

function show(words, field) {
  (field?.closest('.field') ?? error.parentElement).append(error);
  error.textContent = words;
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

export function clearError() {
  error.textContent = '';
  form.append(error); // turns come and go
  for (const field of [message, interval, fault, seed, token]) field.removeAttribute('aria-invalid');
}
