// What the fields of a page hold, in the query of its address: so a reload and a link carry it.

import {milliseconds} from './duration.js';
import {legible} from './stream.js';

/**
 * Settings keeps fields and address alike. What a field holds at first is not in the address. A field for a number is one for
 * milliseconds, which the address has as durations.
 */
export class Settings {
  #fields; // by parameter: a field, or the radio buttons of one name
  #usual;

  /** The fields take what the address says. */
  constructor(fields) {
    this.#fields = Object.entries(fields);
    this.#usual = new Map(this.#fields.map(([name, {value}]) => [name, value]));
    for (const [, field] of this.#fields) {
      for (const one of field instanceof RadioNodeList ? field : [field]) one.addEventListener('change', () => this.write());
    }
    this.read();
  }

  /** read sets the fields by the address; what no field can hold says nothing. */
  read() {
    const query = new URLSearchParams(location.search);
    for (const [name, field] of this.#fields) {
      const usual = this.#usual.get(name);
      const wanted = query.has(name) ? held(field, query.get(name)) : usual;
      field.value = wanted;
      if (field.value !== wanted) field.value = usual;
    }
  }

  /** write sets the address by the fields, other than those that hold what is no value of theirs. */
  write() {
    const url = new URL(location);
    for (const [name, field] of this.#fields) {
      if (field.validity?.badInput) continue;
      if (field.value === this.#usual.get(name)) url.searchParams.delete(name);
      else url.searchParams.set(name, field.type === 'number' && field.value ? `${field.value}ms` : field.value);
    }
    url.search = legible(url.search);
    history.replaceState(history.state, '', url);
  }
}

// held is the value of the address as its field holds it.
function held(field, value) {
  return field.type === 'number' && value ? String(milliseconds(value)) : value;
}
