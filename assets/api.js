// The API page: each operation can be tried, and its curl line is always that of the form.

import {Answer} from './api-answer.js';
import {Form} from './api-request.js';
import {Copier} from './copy.js';
import {curl} from './snippet.js';
import {Problem, at, bearer, unauthorized, unreachable, write} from './stream.js';
import {keep, recall} from './token.js';

const operations = [];

class Operation {
  #form;
  #answer;
  #error;
  #send;
  #stop;
  #access;
  #curl;
  #sending = null; // AbortController of the latest request
  #last = Promise.resolve(); // which is its end

  constructor(section) {
    const find = (selector) => section.querySelector(selector);
    this.#form = new Form(section);
    this.#answer = new Answer(find('.reply'));
    this.#error = find('.error');
    this.#send = find('[type=submit]');
    this.#stop = find('.stop');
    this.#access = find('.access');
    this.#curl = find('.curl');
    new Copier(find('.snippet button'), () => this.#curl.textContent);

    find('form').addEventListener('input', () => this.#show());
    find('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#try();
    });
    this.#stop.addEventListener('click', () => this.#sending?.abort());
    find('.make')?.addEventListener('click', (event) => this.#make('live' in event.target.dataset));
    this.#show();
  }

  /** use takes the id of a message that can be tried. */
  use(id, always) {
    this.#form.use(id, always);
    this.#show();
  }

  #show() {
    const {url, init} = this.#form.request();
    if (this.#form.token) init.headers.Authorization = 'a token'; // which the line does not tell
    this.#curl.textContent = curl(url, init);
  }

  // try sends what the form holds. A request that is still on its way ends first, so that two never write into one answer.
  #try() {
    this.#error.textContent = '';
    const missing = this.#form.missing();
    if (missing) return this.#say(`The request needs ${missing.dataset.name}. Fill it in.`, missing);
    this.#sending?.abort();
    const sending = this.#sending = new AbortController();
    this.#last = this.#last.then(() => this.#exchange(sending));
    return undefined;
  }

  async #exchange(sending) {
    this.#answer.wait();
    this.#stop.disabled = false;
    try {
      const token = this.#form.token;
      const response = await this.#ask(token, sending.signal);
      if (response) this.#learn(response, await this.#read(response, sending.signal), token);
    } catch (problem) {
      this.#answer.hide();
      this.#say(problem instanceof Problem ? problem.message : `This page has a defect: ${problem}`);
    }
    if (this.#sending !== sending) return; // the next one waits
    if (document.activeElement === this.#stop) this.#send.focus(); // or the keyboard would lose its place
    this.#stop.disabled = true;
  }

  async #ask(token, signal) {
    const {url, init} = this.#form.request();
    let request;
    try {
      request = new Request(url, {...init, headers: {...init.headers, ...bearer(token)}, signal});
    } catch (problem) {
      if (problem instanceof Problem) throw problem;
      throw new Problem('A browser cannot send this. In a header only letters of English can stand, and no line break.');
    }
    try {
      return await fetch(request);
    } catch {
      if (!signal.aborted) throw unreachable();
      this.#answer.end('stopped', 'stopped');
      return null;
    }
  }

  async #read(response, signal) {
    try {
      return await this.#answer.show(response);
    } catch {
      if (signal.aborted) this.#answer.end('stopped', 'stopped');
      else this.#answer.end('failed', 'and the connection broke');
      return undefined;
    }
  }

  // learn keeps of an answer what the next request needs: the token that was taken, the id of a message.
  #learn(response, body, token) {
    if (response.status === 401) return this.#askForToken(token);
    if (token) keep(token);
    if (response.ok && body?.messageId) for (const operation of operations) operation.use(body.messageId);
    return undefined;
  }

  // make stores a message to try with. The way to do it is itself on this page.
  async #make(isLive) {
    this.#error.textContent = '';
    const token = this.#access?.querySelector('input').value.trim() || recall();
    try {
      const {messageId} = await write('POST', at(isLive ? 'messages' : 'send'), {message: 'Hello there! 👋🏽'}, token);
      if (token) keep(token);
      for (const operation of operations) operation.use(messageId, operation === this);
    } catch (problem) {
      if (problem.code === 'unauthorized') this.#askForToken(token);
      else this.#say(problem.message);
    }
  }

  #askForToken(token) {
    if (token === recall()) keep('');
    this.#access.hidden = false;
    this.#say(unauthorized(token).message, this.#access.querySelector('input'));
  }

  #say(words, field) {
    this.#error.textContent = words;
    field?.focus();
  }
}

for (const section of document.querySelectorAll('.operation')) operations.push(new Operation(section));

// On a small screen the contents would stand before everything else.
if (matchMedia('(max-width: 60rem)').matches) document.querySelector('.contents details').open = false;
