// One reader of the live message: an EventSource, how it is to be paced, and what has arrived.

import {Painter} from './frame.js';
import {Ticker, describe} from './states.js';
import {Problem, Stream, at} from './stream.js';
import {ArrivingText} from './text.js';
import {Command, Wire} from './wire.js';

const utf8 = new TextEncoder();
const template = document.getElementById('reader');

/** Reader is a card of the page, made from the template. */
export class Reader {
  #card = template.content.firstElementChild.cloneNode(true);
  #status = this.#find('.status');
  #received = this.#find('.received');
  #unit = this.#find('.unit');
  #interval = this.#find('.interval');
  #fault = this.#find('.fault');
  #drop = this.#find('.drop');
  #text = new ArrivingText(this.#received);
  #wire = new Wire(this.#find('.wire'));
  #curl = new Command(this.#find('.curl'), this.#find('.copy'));
  #painter = new Painter(() => this.#paint());
  #now = () => {}; // says how the connection is
  #ticker = new Ticker(() => this.#now());
  #name;
  #id = ''; // of the message, '' for none
  #stream = null;
  #running = false;
  #some = 0; // pieces received
  #bytes = 0; // of their text
  #resumes = 0;
  #heard;

  /** heard(bytes) is told how much of the text is here. */
  constructor(name, {unit, interval}, heard) {
    this.#name = name;
    this.#heard = heard;
    this.#unit.value = unit;
    this.#interval.value = interval;
    this.#label();
    this.#unit.addEventListener('change', () => this.follow(this.#id));
    for (const field of [this.#interval, this.#fault]) field.addEventListener('change', () => this.#repace());
    this.#drop.addEventListener('click', () => this.#toggle());
  }

  get element() {
    return this.#card;
  }

  /** follow reads the message from its beginning; '' is no message. */
  follow(id) {
    this.#stream?.close();
    this.#stream = null;
    this.#id = id;
    this.#resumes = 0;
    this.#wire.clear();
    this.#restart();
    if (!id) {
      this.#end('idle', 'Waiting for a message', '');
      return;
    }
    const stream = new Stream(this.#url(), {}, {
      state: (word, detail) => this.#state(word, detail),
      bytes: (bytes) => this.#event(bytes),
      connected: (id) => this.#wire.connected(id),
      chunk: ({chunk}) => this.#chunk(chunk),
      resumed: () => { this.#resumes++; },
      restart: () => this.#restart(),
      done: (data) => this.#done(stream, data),
      failed: (problem) => this.#failed(problem),
    });
    this.#stream = stream;
    stream.open();
  }

  // Positions do not depend on the plan, so the stream goes on with the new one.
  #repace() {
    if (this.#running || this.#interval.ariaInvalid || this.#fault.ariaInvalid) this.#stream?.open(this.#url());
  }

  #toggle() {
    if (this.#running) {
      this.#stream.close();
      this.#end('stopped', `Dropped after ${this.#counted()}`, 'Resume');
    } else {
      this.#stream.open(this.#url());
    }
  }

  #url() {
    const query = {unit: this.#unit.value};
    if (this.#interval.value !== '') query.interval = `${this.#interval.valueAsNumber}ms`;
    const faults = this.#fault.value.replace(/\s/g, '');
    if (faults) query.fault = faults;
    const url = at(`stream/${encodeURIComponent(this.#id)}`, query);
    this.#curl.show(`curl -N "${url}"`);
    return url;
  }

  #state(word, detail) {
    this.#running = true;
    for (const field of [this.#interval, this.#fault]) field.removeAttribute('aria-invalid');
    this.#now = () => this.#show(word, describe(word, detail, this.#stream.silence), 'Drop the connection');
    this.#now();
    this.#ticker.start();
  }

  #event(bytes) {
    this.#wire.add(bytes);
    this.#painter.soon();
  }

  #chunk(chunk) {
    this.#some++;
    this.#bytes += utf8.encode(chunk).length;
    this.#text.add(chunk);
    this.#heard(this.#bytes);
  }

  #restart() {
    this.#some = this.#bytes = 0;
    this.#text.clear();
    this.#painter.soon();
  }

  async #done(stream, {sha256}) {
    this.#painter.now();
    try {
      const proven = await this.#text.verify(sha256);
      if (stream !== this.#stream) return; // it follows another message meanwhile
      const resumes = this.#resumes ? `, resumed ${this.#resumes}×` : '';
      this.#end('complete', `Complete${proven}: ${this.#counted()}${resumes}`, '');
    } catch (problem) {
      if (stream === this.#stream) this.#failed(problem);
    }
  }

  #failed(problem) {
    const {code, answer} = problem;
    if (code === 'message_failed') {
      this.#end('failed', `Failed after ${this.#counted()}: ${answer.reason}`, '');
      return;
    }
    const words = problem instanceof Problem ? problem.message : `This page has a defect: ${problem}`;
    if (code === 'invalid_parameter') (/^\W*fault\b/i.test(words) ? this.#fault : this.#interval).setAttribute('aria-invalid', 'true');
    this.#end('failed', words, code === 'message_not_found' ? '' : 'Resume');
  }

  #counted() {
    return `${this.#some} ${this.#unit.value}${this.#some === 1 ? '' : 's'}`;
  }

  #end(word, detail, offer) {
    this.#running = false;
    this.#ticker.stop();
    this.#painter.now();
    this.#show(word, detail, offer);
  }

  #show(word, detail, offer) {
    this.#card.dataset.state = word;
    if (this.#status.textContent !== detail) this.#status.textContent = detail;
    this.#received.setAttribute('aria-busy', this.#running);
    // A focused button that is disabled would drop the keyboard's place on the page.
    if (!offer && document.activeElement === this.#drop) this.#received.focus();
    this.#drop.disabled = !offer;
    this.#drop.textContent = offer || 'Drop the connection';
  }

  #paint() {
    this.#text.paint();
    this.#wire.paint();
  }

  #label() {
    const name = this.#name;
    this.#find('h2').textContent = name;
    this.#card.setAttribute('aria-label', name);
    this.#received.setAttribute('aria-label', `Text of ${name}`);
    this.#find('.wire').setAttribute('aria-label', `Latest events of ${name}`);
    this.#find('.copy').setAttribute('aria-label', `Copy the command of ${name}`);
  }

  #find(selector) {
    return this.#card.querySelector(selector);
  }
}
