// What is asked for: how many streams, how fast, how long. The address of the page keeps it.

import {bounds, explain} from './problems.js';
import {scarce} from './states.js';
import {recall} from './token.js';

const byId = (id) => document.getElementById(id);

const form = byId('form');
const token = byId('token');
const access = byId('access');
const error = byId('error');
const errorPlace = error.parentElement;
const hint = byId('length-hint');
const fields = {streams: byId('streams'), interval: byId('interval'), length: byId('length')};

const fewest = 5; // of the six connections over HTTP/1.1; one is left for everything else

/** begin fills the form from the address, and says what this connection allows. */
export function begin() {
  const query = new URLSearchParams(location.search);
  for (const [name, field] of Object.entries(fields)) if (query.has(name)) field.value = query.get(name);
  if (scarce()) limit();
  form.addEventListener('input', tell);
  tell();
}

function limit() {
  byId('few').hidden = false;
  fields.streams.max = fewest;
  fields.streams.value = Math.min(fields.streams.value, fewest);
  byId('streams-hint').textContent = `1 to ${fewest}`;
}

/** onSubmit calls then when the form is sent, onInput when a field changes. */
export function onSubmit(then) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    then();
  });
}

export function onInput(then) {
  form.addEventListener('input', then);
}

/** taken is what the form asks for, null if some of it is wrong, which is then said beside it. */
export function taken() {
  clearError();
  for (const [name, field] of Object.entries(fields)) {
    if (whole(field)) continue;
    fault(`${{streams: 'Streams', interval: 'Interval', length: 'Length'}[name]}: a whole number from ${field.min} to ${field.max}.`, field);
    return null;
  }
  const settings = values();
  history.replaceState(null, '', `?${new URLSearchParams(settings)}`);
  return settings;
}

/** asked is how many streams there would be, if the form were sent now. */
export function asked() {
  return whole(fields.streams) ? fields.streams.valueAsNumber : 0;
}

export function currentToken() {
  return token.value.trim() || recall();
}

/** refused shows a Problem beside the field that it is about. */
export function refused(problem) {
  const {code, answer} = problem;
  if (code === 'unauthorized') access.hidden = false;
  const range = bounds(answer);
  if (range) Object.assign(fields.interval, range); // so the next wrong one is not sent
  const field = {unauthorized: token, message_too_large: fields.length, invalid_parameter: fields.interval}[code];
  fault(code === 'message_too_large' ? 'This server takes no text of this length.' : explain(problem), field);
}

export function clearError() {
  error.textContent = '';
  errorPlace.append(error);
  for (const field of [...Object.values(fields), token]) field.removeAttribute('aria-invalid');
}

function fault(words, field) {
  if (error.textContent === words) return; // said by another stream
  place(field);
  error.textContent = words;
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

// The error stands below its field; below the row of fields if that is in one.
function place(field) {
  const box = field?.closest('.field');
  if (box?.parentElement.matches('.options')) box.after(error);
  else (box ?? errorPlace).append(error);
}

function values() {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.valueAsNumber]));
}

function whole(field) {
  return field.value !== '' && field.validity.valid && Number.isInteger(field.valueAsNumber);
}

// tell says what the length means.
function tell() {
  const {interval, length} = values();
  const seconds = interval * length / 1000;
  hint.textContent = seconds > 0 ? `${seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`} at this interval` : '';
}
