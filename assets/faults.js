// The fields of a form that ask for faults: what goes wrong in a stream, on purpose.

import {at, read} from './stream.js';

const byId = (id) => document.getElementById(id);

/** Element references. A page with faults has them. */
export const fault = byId('fault');
export const seed = byId('seed');

const list = byId('faults');
const hint = byId('fault-hint');
const atFirst = hint.textContent;

let kinds = []; // as the server tells them: name, form, example, about

/** offerFaults lists in the field what the server can do. One that does not tell takes a plan all the same. */
export async function offerFaults() {
  fault.addEventListener('input', () => show());
  try {
    ({faults: kinds} = await read(at('faults')));
  } catch {
    return;
  }
  show();
}

/** plan is what the fields ask for, as the parameters of a stream. */
export function plan() {
  const query = {};
  const faults = fault.value.replace(/\s/g, '');
  if (faults) query.fault = faults;
  if (seed.value.trim()) query.seed = seed.value.trim();
  return query;
}

/** blamed is the field that the server means, if it refuses a parameter: it names it in its answer, or at least in words. */
export function blamed(words, interval, {parameter} = {}) {
  if (parameter) return {interval, fault, seed}[parameter];
  if (/^\W*seed\b/.test(words)) return seed;
  if (/^\W*interval\b/.test(words)) return interval;
  return fault.value.trim() ? fault : interval;
}

// A browser offers what begins with all that stands in the field, so the faults before the last comma are part of each offer.
function show() {
  const [, before, name] = /^(.*,\s*)?([^:@,]*)/s.exec(fault.value);
  list.replaceChildren(...kinds.map(({example, about}) => {
    const option = document.createElement('option');
    option.value = (before ?? '') + example;
    option.label = plain(about);
    return option;
  }));
  const kind = kinds.find((kind) => kind.name === name.trim());
  hint.textContent = kind ? `${kind.example}: ${plain(kind.about)}.` : atFirst;
}

function plain(about) {
  return about.replaceAll('`', '');
}
