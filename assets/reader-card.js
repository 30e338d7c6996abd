// One reader as the page shows it: a card made from the template.

import {unfit} from './duration.js';
import {Figures} from './figures.js';
import {explain} from './problems.js';
import {say} from './say.js';
import {Snippets, curl, shortest} from './snippet.js';
import {ArrivingText} from './text.js';
import {Wire} from './wire.js';

const template = document.getElementById('reader');

/** ReaderCard has the fields of a reader, and what has come to it: `text`, `wire` and `figures`. */
export class ReaderCard {
  element = template.content.firstElementChild.cloneNode(true);
  unit = this.#find('.unit');
  #interval = this.#find('.interval');
  #fault = this.#find('.fault');
  #status = this.#find('.status');
  #received = this.#find('.received');
  #drop = this.#find('.drop');
  #replay = this.#find('.replay');
  #problem = this.#find('.problem');
  #snippets = new Snippets(this.#find('.snippets'));
  text = new ArrivingText(this.#received);
  wire = new Wire(this.#find('.wire'));
  figures = new Figures(this.#find('.figures'));

  /**
   * It begins with the unit and the interval. Callbacks:
   *   toggle()   the reader is to leave, or to come back
   *   replay()   it is to read again from the beginning
   *   repace()   its interval or its fault is another one
   */
  constructor(number, {unit, interval}, on) {
    this.#label(`Reader ${number}`);
    this.unit.value = unit;
    this.#interval.value = interval;
    this.unit.addEventListener('change', () => on.replay()); // each unit counts for itself
    for (const field of [this.#interval, this.#fault]) field.addEventListener('change', () => on.repace());
    this.#drop.addEventListener('click', () => on.toggle());
    this.#replay.addEventListener('click', () => on.replay());
  }

  get fields() {
    return {unit: this.unit, interval: this.#interval, fault: this.#fault};
  }

  /** query is what the fields ask a stream for; null if one of them cannot be asked, which is shown. */
  query() {
    const words = unfit(this.#interval);
    if (words) {
      this.#refuse(words, this.#interval);
      return null;
    }
    this.mended();
    const query = {unit: this.unit.value};
    if (this.#interval.value !== '') query.interval = `${this.#interval.valueAsNumber}ms`;
    const faults = this.#fault.value.replace(/\s/g, '');
    if (faults) query.fault = faults;
    return query;
  }

  /** refused shows that the server does not take a parameter, at the field that has it. */
  refused(problem) {
    this.#refuse(explain(problem), problem.answer.parameter === 'interval' ? this.#interval : this.#fault);
  }

  /** mended forgets what was wrong with a field. */
  mended() {
    this.#problem.textContent = '';
    for (const field of [this.#interval, this.#fault]) field.removeAttribute('aria-invalid');
  }

  get wrong() {
    return this.#problem.textContent !== '';
  }

  /** show shows the state; offer is what the button says that leaves and comes back, '' for neither, and replay whether one can. */
  show(word, words, {offer = '', replay = false, busy}) {
    this.element.dataset.state = word;
    say(this.#status, words);
    this.#received.setAttribute('aria-busy', busy);
    this.#enable(this.#drop, offer);
    this.#enable(this.#replay, replay);
    this.#drop.textContent = offer || 'Disconnect';
  }

  /** code shows what reads the same stream elsewhere. */
  code(url) {
    this.#snippets.show({curl: curl(url), script: shortest(url)});
  }

  paint() {
    this.text.paint();
    this.wire.paint();
    this.figures.paint();
  }

  // A focused button that is disabled would drop the keyboard's place on the page.
  #enable(button, on) {
    if (!on && document.activeElement === button) this.#received.focus();
    button.disabled = !on;
  }

  #refuse(words, field) {
    this.mended();
    this.#problem.textContent = words;
    field.setAttribute('aria-invalid', 'true');
  }

  #label(name) {
    this.#find('h2').textContent = name;
    this.#problem.id = `${name.replace(' ', '-').toLowerCase()}-problem`;
    for (const field of [this.#interval, this.#fault]) field.setAttribute('aria-describedby', this.#problem.id);
    this.element.ariaLabel = name;
    this.#received.ariaLabel = `Text of ${name}`;
    this.#find('.wire').ariaLabel = `Bytes of ${name}`;
    for (const code of this.element.querySelectorAll('.snippets pre')) code.ariaLabel += ` of ${name}`;
  }

  #find(selector) {
    return this.element.querySelector(selector);
  }
}
