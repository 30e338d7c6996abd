// The form of the lab: what is to go wrong, for whom, and errors where they were made. The address carries all of it.

import {milliseconds, unfit} from './duration.js';
import {blamed, fault, offerFaults, plan, seed} from './faults.js';
import {explain} from './problems.js';
import {legible} from './stream.js';
import {keep, recall} from './token.js';

const byId = (id) => document.getElementById(id);

const form = byId('form');
const message = byId('message');
const interval = byId('interval');
const transport = byId('transport');
const naive = byId('naive');
const access = byId('access');
const token = byId('token');
const send = byId('send');
const again = byId('again');
const error = byId('error');
const presets = [...document.querySelectorAll('[data-plan]')];
const ownText = message.value;

/** bring brings the form to life: run is called when it is sent, repeat for the same run once more. */
export function bring({run, repeat}) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  message.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  again.addEventListener('click', repeat);
  for (const preset of presets) preset.addEventListener('click', () => choose(preset.dataset.plan));
  fault.addEventListener('input', press);
  form.addEventListener('change', () => address());
  addEventListener('hashchange', fromAddress);
  fromAddress();
  offerFaults();
}

/** choose puts a plan into its field, as if it had been typed. */
export function choose(text) {
  fault.value = text;
  fault.dispatchEvent(new Event('input'));
  address();
}

// press shows which of the presets the field has.
function press() {
  const {fault: now = ''} = plan();
  for (const preset of presets) preset.setAttribute('aria-pressed', preset.dataset.plan === now);
}

/** settings is what the form holds. Without a seed, it has a new one. */
export function settings() {
  return {
    text: message.value,
    query: {
      unit: unit(),
      ...pace(),
      seed: String(Math.floor(Math.random() * 1e6)),
      ...plan(),
    },
    interval: interval.value === '' ? 0 : interval.valueAsNumber,
    transport: transport.value,
    naive: naive.value,
  };
}

function unit() {
  return document.querySelector('input[name=unit]:checked').value;
}

/** address writes the form into the address of the page, with the seed of the latest run where the form has none. */
export function address(latest = '') {
  const query = new URLSearchParams({
    unit: unit(), ...pace(), fault: '', ...latest && {seed: latest}, ...plan(), reads: transport.value, naive: naive.value,
  });
  const own = message.value === ownText ? '' : `#${new URLSearchParams({text: message.value})}`; // which no server need see
  history.replaceState(null, '', `${location.pathname}?${legible(String(query))}${own}`);
}

// fromAddress fills the form from the address; what that does not have stays.
function fromAddress() {
  const query = new URLSearchParams(location.search);
  const fill = (field, value) => {
    if (value !== null) field.value = value;
  };
  fill(fault, query.get('fault'));
  fill(seed, query.get('seed'));
  fill(interval, milliseconds(query.get('interval') ?? '') || null);
  fill(message, new URLSearchParams(location.hash.slice(1)).get('text'));
  for (const [select, name] of [[transport, 'reads'], [naive, 'naive']]) {
    if ([...select.options].some(({value}) => value === query.get(name))) select.value = query.get(name);
  }
  for (const radio of form.elements.unit) {
    if (radio.value === query.get('unit')) radio.checked = true;
  }
  press();
}

function pace() {
  return interval.value === '' ? {} : {interval: `${interval.valueAsNumber}ms`};
}

/** valid says whether the form can be sent; what is wrong is shown. */
export function valid() {
  clearError();
  const wrong = unfit(interval);
  if (message.value === '') show('There is no text. Write something first.', message);
  else if (wrong) show(wrong, interval);
  else return true;
  return false;
}

export function currentToken() {
  return token.value.trim() || recall();
}

/** refused shows why a text or its stream was refused, at the field that caused it. help, {label, act}, is a button that mends it. */
export function refused(problem, help) {
  const {message: detail, code, answer} = problem;
  if (code === 'unauthorized') {
    keep('');
    access.hidden = false;
    show(detail, token);
  } else if (code === 'invalid_parameter') {
    show(explain(problem), blamed(detail, interval, answer), help);
  } else {
    show(explain(problem), /^message_|^invalid_/.test(code ?? '') ? message : null, help);
  }
}

function show(words, field, help) {
  (field?.closest('.field') ?? form).append(error);
  error.textContent = words;
  if (help) error.append(' ', button(help));
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

/** button is one that does what helps. */
export function button({label, act}) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = label;
  made.addEventListener('click', act);
  return made;
}

export function clearError() {
  error.textContent = '';
  form.append(error);
  for (const field of [message, interval, fault, seed, token]) field.removeAttribute('aria-invalid');
}

/** offerAgain says whether there is a run to repeat. */
export function offerAgain(there) {
  again.disabled = !there;
}

export function focus() {
  send.focus();
}
