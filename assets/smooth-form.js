// What is asked for: a message, and how its words are to come. The address of the page keeps all but the message.

import {bounds, explain} from './problems.js';
import {recall} from './token.js';

const byId = (id) => document.getElementById(id);

const form = byId('form');
const message = byId('message');
const token = byId('token');
const access = byId('access');
const error = byId('error');
const calm = byId('calm');
const trouble = byId('trouble'); // has both
const troublePlace = trouble.parentElement;

const numbers = {interval: byId('interval'), burst: byId('burst'), jitter: byId('jitter'), first: byId('first'), behind: byId('behind'), seed: byId('seed')};

/** begin fills the form from the address. */
export function begin() {
  const query = new URLSearchParams(location.search);
  for (const [name, field] of Object.entries(numbers)) if (query.has(name)) field.value = query.get(name);
}

/** onSubmit calls then when the form is sent, also with Ctrl and Enter in the message. */
export function onSubmit(then) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    then();
  });
  message.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

/** onCalm calls then when the message is to come without bursts, which the form then asks for. */
export function onCalm(then) {
  calm.addEventListener('click', () => {
    for (const [field, value] of [[numbers.burst, 1], [numbers.jitter, 0], [numbers.first, 0]]) field.value = value;
    numbers.burst.focus(); // the button goes
    then();
  });
}

/** taken is what the form asks for, null if some of it is wrong, which is then said beside it. */
export function taken() {
  clearError();
  if (message.value === '') return fault('The message is empty. Write something first.', message);
  for (const field of Object.values(numbers)) {
    if (!whole(field)) return fault(`A whole number from ${field.min} to ${field.max}.`, field);
  }
  return {...values(), text: message.value};
}

/** linked is what the address asks for: a message that the server has, null if there is none. Its text is not known. */
export function linked() {
  const id = decodeURIComponent(location.hash.slice(1));
  return id && Object.values(numbers).every(whole) ? {...values(), text: null, id} : null;
}

/** remember keeps in the address what was asked for, and the id of the message. */
export function remember({id, text, ...settings}) {
  history.replaceState(null, '', `?${new URLSearchParams(settings)}#${id}`);
}

/** plan is what the server is asked for. */
export function plan({interval, burst, jitter, first, seed}) {
  const faults = [];
  if (burst > 1) faults.push(`burst:${burst}`);
  if (jitter) faults.push(`jitter:${jitter}ms`);
  if (first) faults.push(`first:${first}ms`);
  const query = {unit: 'word', interval: `${interval}ms`};
  return faults.length ? {...query, fault: faults.join(','), seed} : query;
}

export function currentToken() {
  return token.value.trim() || recall();
}

/** refused shows a Problem beside the field that it is about. */
export function refused(problem) {
  const {code, message: words, answer} = problem;
  if (code === 'unauthorized') access.hidden = false;
  if (code !== 'invalid_parameter') {
    fault(explain(problem), {unauthorized: token, message_too_large: message, message_required: message}[code]);
  } else if (/--no-faults/.test(words)) {
    fault('This server makes no bursts: it was started with --no-faults.', numbers.burst);
    calm.hidden = false;
  } else {
    const range = bounds(answer);
    if (range) Object.assign(numbers.interval, range); // so the next wrong one is not sent
    fault(explain(problem), range ? numbers.interval : numbers.burst);
  }
}

export function clearError() {
  error.textContent = '';
  calm.hidden = true;
  troublePlace.append(trouble);
  for (const field of [message, ...Object.values(numbers), token]) field.removeAttribute('aria-invalid');
}

function fault(words, field) {
  place(field);
  error.textContent = words;
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
  return null;
}

// The error stands below its field; below the row of fields if that is in one.
function place(field) {
  const box = field?.closest('.field');
  if (box?.parentElement.matches('.options')) box.after(trouble);
  else (box ?? troublePlace).append(trouble);
}

function values() {
  return Object.fromEntries(Object.entries(numbers).map(([name, field]) => [name, field.valueAsNumber]));
}

function whole(field) {
  return field.value !== '' && field.validity.valid && Number.isInteger(field.valueAsNumber);
}
