// A request, out of the fields of a form.

import {at} from './stream.js';
import {recall} from './token.js';

/** Form reads the fields of one operation, whose section of the page it gets. */
export class Form {
  #section;
  #body;
  #type; // which types the body can have, null if it is one
  #token;

  constructor(section) {
    this.#section = section;
    this.#body = section.querySelector('.body');
    this.#type = section.querySelector('.type-of-body');
    this.#token = section.querySelector('.token');
    this.#type?.addEventListener('change', () => { this.#body.value = this.#type.selectedOptions[0].dataset.example; });
  }

  /** token is what was typed, or was accepted before; '' for none, or where nobody wants one. */
  get token() {
    return 'token' in this.#section.dataset ? this.#token.value.trim() || recall() : '';
  }

  /** use fills in the id of a message, where the form has a field for it; not in the place of one that was typed, unless asked to. */
  use(id, always = false) {
    const field = this.#section.querySelector('[data-name=messageId]');
    if (field && (always || field.value === field.defaultValue)) field.value = field.defaultValue = id;
  }

  /** request answers what the fields ask for: the address, and what else fetch wants. */
  request() {
    const {method, path} = this.#section.dataset;
    const headers = new Map(this.#sent('header'));
    const init = {method};
    if (this.#body?.value) {
      headers.set('Content-Type', this.#type?.value ?? this.#body.dataset.type);
      init.body = this.#body.value;
    }
    init.headers = Object.fromEntries(headers);
    return {url: at(this.#path(path), Object.fromEntries(this.#sent('query'))), init};
  }

  /** missing is the first field that cannot be empty and is, if there is one. */
  missing() {
    return this.#fields('path').find((field) => !field.value.trim());
  }

  #path(path) {
    for (const field of this.#fields('path')) path = path.replace(`{${field.dataset.name}}`, encodeURIComponent(field.value.trim()));
    return path.slice(1) || './'; // relative: the server may stand under any prefix
  }

  // sent lists name and value of what is not left out.
  #sent(where) {
    const fields = this.#fields(where).filter((field) => field.selectedOptions ? !('unset' in field.selectedOptions[0].dataset) : field.value.trim());
    return fields.map((field) => [field.dataset.name, field.value.trim()]);
  }

  #fields(where) {
    return [...this.#section.querySelectorAll(`[data-in=${where}]`)];
  }
}
