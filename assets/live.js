// A live message: written here, one keystroke after the other, and followed by two readers.

import {Field} from './field.js';
import {Job} from './job.js';
import {Producer, persist, readChunks} from './producer.js';
import {Reader} from './reader.js';
import {Problem, at, read} from './stream.js';
import {keep, recall} from './token.js';
import {recover, rescue} from './unsent.js';
import {Command} from './wire.js';

const byId = (id) => document.getElementById(id);

const writer = byId('writer');
const message = byId('message');
const gently = byId('gently');
const status = byId('status');
const access = byId('access');
const token = byId('token');
const error = byId('error');
const complete = byId('complete');
const fail = byId('fail');
const reason = byId('reason');
const facts = {id: byId('fact-id'), state: byId('fact-state'), position: byId('fact-position'), bytes: byId('fact-bytes')};

const quiet = 300; // milliseconds without a chunk until the field has what others have appended
const isOpen = 'Open: the readers follow';
const waits = {
  unreachable: 'Connection lost. Trying again…',
  // Over HTTP/1.1; the readers and the progress of one page have three of them.
  unanswered: 'No answer yet. A browser opens at most six connections to a server: close other tabs of this one.',
};

class Page {
  #state = 'none'; // of the page: 'none', 'open', 'ending', 'over'
  #producer = null;
  #left = new AbortController(); // aborted when the page turns to another message
  #quiet = 0; // timer since the last chunk
  #pipe = new Command(byId('pipe'), byId('copy'));
  #field = new Field(message, {
    grown: (text) => this.#write(text),
    refused: () => { gently.textContent = 'What is written stays. Text can only be added at the end, where the cursor is now.'; },
  });
  #readers = [
    new Reader('Reader 1', {unit: 'chunk', interval: ''}, (bytes) => this.#heard(bytes)),
    new Reader('Reader 2', {unit: 'character', interval: '40'}, (bytes) => this.#heard(bytes)),
  ];
  #job = new Job(currentToken, {
    done: () => this.#ended('complete'),
    failed: (problem) => this.#streamFailed(problem),
    reported: () => this.#works(),
    refused: (problem) => this.#refused(problem),
    waiting: (problem) => this.#waiting(problem),
  });

  constructor() {
    byId('readers').prepend(...this.#readers.map((reader) => reader.element));
    offerFaults();
    byId('new').addEventListener('click', () => this.#open());
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
      clearFault();
      if (this.#state === 'open') this.#isOpen();
      this.#producer?.go();
    });
    addEventListener('hashchange', () => this.#followHash());
    addEventListener('pagehide', () => this.#leave());
    addEventListener('pageshow', (event) => { if (event.persisted) this.#followHash(); });
    this.#followHash();
  }

  #write(text) {
    gently.textContent = '';
    if (!this.#producer) this.#begin();
    this.#producer.append(text);
  }

  /** open opens a message for what is written next. */
  #open() {
    this.#turn();
    this.#begin();
    this.#producer.go();
    message.focus();
  }

  #begin() {
    this.#show('connecting', 'Opening a message…');
    this.#produce({});
  }

  #produce(from) {
    const {signal} = this.#left;
    const unlessLeft = (tell) => (...args) => { if (!signal.aborted) tell(...args); };
    this.#producer = new Producer(from, currentToken, {
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
    this.#fact({state: 'open', position: 0, bytes: 0});
    this.#isOpen();
  }

  /** followHash goes on with the message whose id stands behind the # of the address, if there is one. */
  async #followHash() {
    const id = location.hash.slice(1);
    this.#turn();
    if (!id) return;
    const {signal} = this.#left;
    message.readOnly = true;
    this.#show('connecting', 'Reading the message…');
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
    clearFault();
    this.#fact({state, position: chunks, bytes});
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
    complete.disabled = fail.disabled = false;
    this.#job.enable(true);
    this.#show('streaming', isOpen);
  }

  #appended(position, bytes) {
    this.#works();
    this.#fact({position, bytes});
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
    gently.textContent = 'Someone else appends to this message too.';
  }

  // The server takes what it is told, and so the token.
  #works() {
    clearFault();
    keep(currentToken());
    access.hidden = true;
    if (this.#state === 'open') this.#show('streaming', isOpen);
  }

  #waiting({code}) {
    this.#show('reconnecting', waits[code] ?? 'The server is busy. Trying again…');
  }

  #end(path, body) {
    this.#state = 'ending';
    message.readOnly = true;
    this.#job.enable(false);
    disable(complete, fail);
    this.#show('connecting', path === 'complete' ? 'Completing…' : 'Failing…');
    this.#producer.end(path, body);
  }

  // Whoever knows it first: the producer, or the progress stream, which tells why a message has failed.
  #ended(state, why) {
    if (this.#state === 'over' && !why) return;
    this.#fact({state});
    const elsewhere = this.#producer && this.#state === 'open';
    const lost = this.#close();
    if (state === 'failed') this.#show('failed', why ? `Failed: ${why}` : 'Failed');
    else this.#show('complete', 'Complete');
    if (lost) fault('The message has ended. What was written last is not in it.');
    if (elsewhere) this.#readAll(this.#left.signal).catch(() => {}); // the readers have it in any case
  }

  // Whoever has ended the message may also have appended to it.
  async #readAll(signal) {
    const id = location.hash.slice(1);
    const {chunks, bytes} = await read(at(`messages/${encodeURIComponent(id)}`), {signal});
    const text = await readChunks(id, 0, chunks, signal);
    if (signal.aborted) return;
    this.#field.text = text.join('');
    this.#fact({position: chunks, bytes});
  }

  #streamFailed(problem) {
    if (problem.code === 'message_failed') this.#ended('failed', problem.answer.reason);
    else this.#refused(problem);
  }

  #refused(problem) {
    const {code} = problem;
    if (code === 'message_not_found') {
      this.#gone();
      return;
    }
    fault(problem instanceof Problem ? problem.message : `This page has a defect: ${problem}`);
    if (code === 'unauthorized') this.#askForToken();
    else if (code === 'message_too_large') this.#tooLarge();
    else this.#stopped();
  }

  #stopped() {
    if (this.#producer) this.#isOpen();
    this.#show('failed', this.#producer ? 'Not done. Type on, or try again' : 'Not done. Reload the page to try again');
  }

  #gone() {
    if (this.#state === 'over') return;
    this.#close();
    this.#fact({state: 'gone'});
    this.#show('failed', 'Gone');
    fault('The server does not have this message any more: it was deleted, or the server was restarted. Start a new message.');
  }

  #askForToken() {
    keep('');
    access.hidden = false;
    token.setAttribute('aria-invalid', 'true');
    this.#show('failed', 'Waiting for the access token');
    if (document.activeElement !== message) token.focus(); // else the next letters of the message would be the token
  }

  // The message is open for something shorter.
  #tooLarge() {
    this.#field.text = this.#sent();
    this.#isOpen();
  }

  #sent() {
    return this.#field.text.slice(0, this.#field.text.length - (this.#producer?.unsent.length ?? 0));
  }

  // close ends the writing, and says whether text was not appended.
  #close() {
    this.#state = 'over';
    const sent = this.#sent();
    const lost = sent !== this.#field.text;
    if (lost) this.#field.text = sent;
    this.#producer?.leave();
    this.#producer = null;
    message.readOnly = true;
    this.#job.enable(false);
    disable(complete, fail);
    return lost;
  }

  // turn forgets the message there was, for another one or for none.
  #turn() {
    this.#leave();
    this.#left = new AbortController();
    this.#state = 'none';
    this.#field.text = '';
    message.readOnly = false;
    this.#job.enable(false);
    disable(complete, fail);
    clearFault();
    gently.textContent = '';
    this.#follow('');
    this.#job.follow('');
    this.#fact({state: '–', position: '–', bytes: '–'});
    this.#show('idle', 'No message yet');
  }

  #leave() {
    this.#left.abort();
    if (this.#producer) rescue(this.#producer.leave());
    this.#producer = null;
  }

  #follow(id) {
    for (const reader of this.#readers) reader.follow(id);
    this.#fact({id: id || '–'});
    if (id) this.#pipe.show(pipeTo(id));
  }

  #fact(known) {
    for (const [name, value] of Object.entries(known)) facts[name].textContent = value;
  }

  #show(word, detail) {
    writer.dataset.state = word;
    if (status.textContent !== detail) status.textContent = detail;
  }
}

function currentToken() {
  return token.value.trim() || recall();
}

// A server that does not tell what can go wrong takes a plan all the same.
async function offerFaults() {
  const {faults} = await read(at('faults')).catch(() => ({faults: []}));
  byId('faults').replaceChildren(...faults.map(({example}) => new Option(example, example)));
}

function pipeTo(id) {
  const secret = currentToken() && ' -H "Authorization: Bearer $SSESERVER_SEND_TOKEN"';
  const url = at(`messages/${encodeURIComponent(id)}/chunks?complete`);
  return `some-command | curl -sS -T - -X POST -H "Content-Type: text/plain"${secret} "${url}"`;
}

function fault(words) {
  if (error.textContent !== words) error.textContent = words;
}

function clearFault() {
  error.textContent = '';
  token.removeAttribute('aria-invalid');
}

// A focused button that is disabled would drop the keyboard's place on the page.
function disable(...buttons) {
  if (buttons.includes(document.activeElement)) byId('new').focus();
  for (const button of buttons) button.disabled = true;
}

new Page();
