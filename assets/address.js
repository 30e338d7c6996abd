// What the form asks for, in the address of the page: a reload keeps it, and a link carries it.

import * as faults from './faults.js';
import {milliseconds} from './duration.js';
import {legible} from './stream.js';

const interval = document.getElementById('interval');

/** fill puts into the form what the address says. */
export function fill() {
  const query = new URLSearchParams(location.search);
  for (const choice of units()) if (choice.value === query.get('unit')) choice.checked = true;
  const every = milliseconds(query.get('interval') ?? '');
  if (every) interval.value = every;
  faults.fault.value = query.get('fault') ?? '';
  faults.seed.value = query.get('seed') ?? '';
}

/** remember writes what the form asks for into the address, and the id of a message, '' for none. */
export function remember(id) {
  const query = new URLSearchParams();
  const unit = units().find((choice) => choice.checked);
  if (unit && !unit.defaultChecked) query.set('unit', unit.value);
  for (const [key, value] of Object.entries({...pace(), ...faults.plan()})) query.set(key, value);
  const search = query.size ? `?${legible(query.toString())}` : '';
  history.replaceState(null, '', `${location.pathname}${search}${id && `#${id}`}`);
}

/** pace is the interval that the form asks for, as a parameter of a stream. */
export function pace() {
  return interval.value === '' ? {} : {interval: `${interval.valueAsNumber}ms`};
}

function units() {
  return [...document.querySelectorAll('input[name=unit]')];
}
