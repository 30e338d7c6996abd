// One turn of the conversation: a question, its answer, and what two clients make of it.

import {readings} from './chat-readings.js';
import {Smoother} from './smoother.js';
import {ArrivingText} from './text.js';

const template = document.getElementById('turn');

/** Turn is an item of the conversation, made from the template. */
export class Turn {
  question;
  text = ''; // of the answer, all that came
  tokens = 0;
  goesOn = false; // whether a later question is sent together with this turn
  #item = template.content.firstElementChild.cloneNode(true);
  #readings = this.#find('.readings');
  #shown = new ArrivingText(this.#find('.answer'));
  #smoother = new Smoother();

  constructor(question) {
    this.question = question;
    this.#find('.question').textContent = question;
  }

  get element() {
    return this.#item;
  }

  /** again forgets the answer there was. */
  again() {
    this.text = '';
    this.tokens = 0;
    this.goesOn = false;
    this.#smoother = new Smoother();
    this.#shown.clear();
    this.#readings.hidden = true;
    this.#item.dataset.state = 'streaming';
  }

  /** add takes the next token, which came at `now`. */
  add(token, now) {
    this.tokens++;
    this.text += token;
    this.#smoother.add(token, now);
  }

  /** ended says that no token will follow. */
  ended() {
    this.#smoother.end();
  }

  /** paint shows what is due at `now`, or all that is here if no time is told. */
  paint(now) {
    this.#shown.add(now === undefined ? this.#smoother.rest() : this.#smoother.take(now));
    this.#shown.paint();
  }

  /** behind says whether there is text that is not shown. */
  get behind() {
    return !this.#smoother.empty;
  }

  /** judge shows what the clients make of the answer, and says what is true: {whole, summary}. */
  judge(end) {
    const {trusting, careful, whole, summary} = readings(end, this);
    this.#read('.trusting', trusting);
    this.#read('.careful', careful);
    this.#readings.hidden = false;
    this.goesOn = careful.takes;
    this.#item.dataset.state = whole ? 'complete' : 'failed';
    return {whole, summary};
  }

  #read(client, {takes, says}) {
    const reading = this.#find(client);
    reading.dataset.takes = takes;
    reading.lastElementChild.textContent = says;
  }

  /** stop keeps what there is. */
  stop() {
    this.goesOn = this.text !== '';
    this.#item.dataset.state = 'stopped';
  }

  /** fail says that there is no answer. */
  fail() {
    this.#item.dataset.state = 'failed';
  }

  #find(selector) {
    return this.#item.querySelector(selector);
  }
}
