// A live message: written here, one keystroke after the other, and followed by two readers.

import {Field} from './field.js';
import {Job} from './job.js';
import * as view from './live-view.js';
import {explain} from './problems.js';
import {Producer, persist, readChunks} from './producer.js';
import {Reader} from './reader.js';
import {Settings} from './settings.js';
import {unanswered} from './states.js';
import {Problem, at, read} from './stream.js';
import {keep} from './token.js';
import {recover, rescue} from './unsent.js';

const {message, access, complete, fail, reason} = view;
const byId = (id) => document.getElementById(id);

const quiet = 300; // milliseconds without a chunk until the field has what others have appended
const isOpen = 'Open: the readers follow';

class Page {
  #state = 'none'; // of the page: 'none', 'open', 'ending', 'over'
  #producer = null;
  #left = new AbortController(); // aborted when the page turns to another message
  #quiet = 0; // timer since the last chunk
  #field = new Field(message, {
    grown: (text) => this.#write(text),
    refused: () => view.gently('What is written stays. Text can only be added at the end, where the cursor is now.'),
  });
  #readers = [
    new Reader(1, {unit: 'chunk', interval: ''}, (bytes) => this.#heard(bytes)),
    new Reader(2, {unit: 'character', interval: '40'}, (bytes) => this.#heard(bytes)),
  ];
  #settings = new Settings(numbered(this.#readers));
  #job = new Job(view.currentToken, {
    done: () => this.#ended('complete'),
    failed: (problem) => this.#streamFailed(problem),
    reported: () => this.#works(),
    refused: (problem) => this.#refused(problem),
    waiting: (problem) => this.#waiting(problem),
  });

  constructor() {
    byId('readers').append(...this.#readers.map((reader) => reader.element));
    offerFaults();
    view.fresh.addEventListener('click', () => this.#open());
    complete.addEventListener('click', () => this.#end('complete'));
    byId('failure').addEventListener('submit', (event) => {
      event.preventDefault();
      if (!fail.disabled) this.#end('fail', reason.value ? {reason: reason.value} : {});
    });
    message.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !complete.disabled) this.#end('complete');
    });
    access.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#tryAgain();
    });
    addEventListener('hashchange', () => this.#followHash());
    addEventListener('pagehide', () => this.#leave());
    addEventListener('pageshow', (event) => { if (event.persisted) this.#followHash(); });
    this.#followHash();
  }

  #write(text) {
    view.gently('');
    if (!this.#producer) this.#begin();
    this.#producer.append(text);
  }

  /** open opens a message for what is written next, and for the text. */
  #open(text = '') {
    this.#turn();
    this.#begin();
    this.#field.text = text;
    if (text) this.#producer.append(text);
    this.#producer.go();
    message.focus();
  }

  #begin() {
    view.show('connecting', 'Opening a message…');
    this.#produce({});
  }

  #produce(from) {
    const {signal} = this.#left;
    const unlessLeft = (tell) => (...args) => { if (!signal.aborted) tell(...args); };
    this.#producer = new Producer(from, view.currentToken, {
      opened: unlessLeft((id) => this.#opened(id)),
      appended: unlessLeft((position, bytes) => this.#appended(position, bytes)),
      others: unlessLeft((text) => this.#others(text)),
      waiting: unlessLeft((problem) => this.#waiting(problem)),
      ended: unlessLeft((state, why) => this.#ended(state, why)),
      refused: unlessLeft((problem) => this.#refused(problem)),
    });
  }

  #opened(id) {
    history.pushState(null, '', `#${id}`); // a reload follows the same message again, Back the one before
    this.#works();
    this.#follow(id);
    this.#job.follow(id);
    view.fact({position: 0, bytes: 0});
    this.#isOpen();
  }

  /** followHash goes on with the message whose id stands behind the # of the address, if there is one. */
  async #followHash() {
    const id = location.hash.slice(1);
    this.#settings.read();
    this.#turn();
    if (!id) return;
    const {signal} = this.#left;
    message.readOnly = true;
    view.show('connecting', 'Reading the message…');
    this.#follow(id);
    try {
      await this.#resume(id, signal);
    } catch (problem) {
      if (!signal.aborted) this.#refused(problem);
    }
  }

  async #resume(id, signal) {
    const get = () => read(at(`messages/${encodeURIComponent(id)}`), {signal});
    const {state, chunks, bytes} = await persist(get, (problem) => this.#waiting(problem), signal);
    const kept = recover(id) ?? {position: chunks, bytes, sending: '', waiting: ''};
    const text = await readChunks(id, 0, kept.position, signal);
    if (signal.aborted) return;
    view.clearFault();
    view.fact({position: chunks, bytes});
    this.#field.text = text.join('');
    if (state === 'open') {
      this.#field.text += kept.sending + kept.waiting;
      this.#produce({id, ...kept});
      this.#isOpen();
      if (this.#producer.unsent) this.#producer.go();
    } else {
      this.#ended(state);
    }
    this.#job.follow(id); // to the end, which may have come since then
  }

  #isOpen() {
    this.#state = 'open';
    message.readOnly = false;
    view.writable(true);
    this.#job.enable(true);
    view.show('streaming', isOpen);
  }

  #appended(position, bytes) {
    this.#works();
    view.fact({position, bytes});
  }

  // What others append need not stand in the field at once; a pipe may bring much.
  #heard(bytes) {
    this.#producer?.heard(bytes);
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#producer?.look(), quiet);
  }

  #others(text) {
    if (!text) return;
    this.#field.text = this.#sent() + text + this.#producer.unsent;
    view.gently('Someone else appends to this message too.');
  }

  // The server takes what it is told, and so the token.
  #works() {
    view.clearFault();
    keep(view.currentToken());
    access.hidden = true;
    if (this.#state === 'open') view.show('streaming', isOpen);
  }

  #waiting({code}) {
    const waits = {unreachable: 'Connection lost. Trying again…', unanswered: unanswered()};
    view.show('reconnecting', waits[code] ?? 'The server is busy. Trying again…');
  }

  #end(path, body) {
    this.#state = 'ending';
    message.readOnly = true;
    this.#job.enable(false);
    view.writable(false);
    view.show('connecting', path === 'complete' ? 'Completing…' : 'Failing…');
    this.#producer.end(path, body);
  }

  // Whoever knows it first: the producer, or the progress stream, which tells why a message has failed.
  #ended(state, why) {
    if (this.#state === 'over' && !why) return;
    const elsewhere = this.#producer && this.#state === 'open';
    const lost = this.#unsent();
    this.#close();
    if (state === 'failed') view.show('failed', why ? `Failed: ${why}` : 'Failed');
    else view.show('complete', 'Complete');
    if (lost) view.fault('The message has ended. What was written last is not in it.', this.#anew(lost, 'Put it into a new message'));
    if (elsewhere) this.#readAll(this.#left.signal).catch(() => {}); // the readers have it in any case
  }

  // Whoever has ended the message may also have appended to it.
  async #readAll(signal) {
    const id = location.hash.slice(1);
    const {chunks, bytes} = await read(at(`messages/${encodeURIComponent(id)}`), {signal});
    const text = await readChunks(id, 0, chunks, signal);
    if (signal.aborted) return;
    this.#field.text = text.join('');
    view.fact({position: chunks, bytes});
  }

  #streamFailed(problem) {
    if (problem.code === 'message_failed') this.#ended('failed', problem.answer.reason);
    else this.#refused(problem);
  }

  #refused(problem) {
    const {code} = problem;
    if (code === 'message_not_found') this.#gone(problem);
    else if (code === 'message_too_large') this.#tooLarge();
    else this.#stopped(problem);
  }

  #stopped(problem) {
    const words = problem instanceof Problem ? explain(problem) : `This page has a defect: ${problem}`;
    if (problem.code === 'unauthorized') {
      view.fault(words);
      view.askForToken();
      view.show('failed', 'Waiting for the access token');
      return;
    }
    const ending = this.#state === 'ending'; // its own button is there again
    if (this.#producer) this.#isOpen();
    view.show('failed', 'Not done');
    view.fault(words, ending ? undefined : {label: 'Try again', act: () => this.#tryAgain()});
  }

  #tryAgain() {
    view.clearFault();
    if (!this.#producer) {
      this.#followHash();
      return;
    }
    if (this.#state === 'open') this.#isOpen();
    this.#producer.go();
    this.#job.again();
  }

  // What was written here is still here, the part that was not sent too.
  #gone(problem) {
    if (this.#state === 'over') return;
    const {text} = this.#field;
    this.#close();
    this.#field.text = text;
    view.show('failed', 'The message is gone');
    view.fault(explain(problem), text ? this.#anew(text, 'Send again') : undefined);
  }

  #anew(text, label) {
    return {label, act: () => this.#open(text)};
  }

  // The message is open for something shorter.
  #tooLarge() {
    const rest = this.#unsent();
    const sent = this.#field.text = this.#sent();
    this.#isOpen();
    view.show('failed', 'Not done');
    const words = rest.length === 1 ? 'This character does' : `These ${rest.length.toLocaleString('en')} characters do`;
    view.fault(`${words} not fit into the message.`, sent ? this.#anew(rest, 'Put it into a new message') : undefined);
  }

  #sent() {
    return this.#field.text.slice(0, this.#field.text.length - this.#unsent().length);
  }

  #unsent() {
    return this.#producer?.unsent ?? '';
  }

  // close ends the writing. What was not appended goes out of the field.
  #close() {
    this.#state = 'over';
    if (this.#unsent()) this.#field.text = this.#sent();
    this.#producer?.leave();
    this.#producer = null;
    message.readOnly = true;
    this.#job.enable(false);
    view.writable(false);
  }

  // turn forgets the message there was, for another one or for none.
  #turn() {
    this.#leave();
    this.#left = new AbortController();
    this.#state = 'none';
    this.#field.text = '';
    message.readOnly = false;
    this.#job.enable(false);
    view.writable(false);
    view.clearFault();
    view.gently('');
    this.#follow('');
    this.#job.follow('');
    view.fact({position: '–', bytes: '–'});
    view.show('idle', 'No message yet');
  }

  #leave() {
    this.#left.abort();
    if (this.#producer) rescue(this.#producer.leave());
    this.#producer = null;
  }

  #follow(id) {
    for (const reader of this.#readers) reader.follow(id);
    view.fact({id: id || '–'});
    if (id) view.pipeTo(id);
  }
}

// numbered are the fields of the readers, as the address names them: unit1, interval1, …
function numbered(readers) {
  return Object.fromEntries(readers.flatMap(({fields}, index) => Object.entries(fields).map(([name, field]) => [name + (index + 1), field])));
}

// A server that does not tell what can go wrong takes a plan all the same.
async function offerFaults() {
  const {faults} = await read(at('faults')).catch(() => ({faults: []}));
  byId('faults').replaceChildren(...faults.map(({example}) => new Option(example, example)));
}

new Page();
