// Ending a stream: the question, and the outcome.

import {ask} from './ask.js';
import {escaped} from './escape.js';
import {short} from './log-line.js';
import {reached} from './streams-rows.js';

const byId = (id) => document.getElementById(id);

const dialog = byId('ask');
const words = byId('ask-words');
const said = byId('said');

/** EndDialog asks whether to end a stream, and does it. */
export class EndDialog {
  #stream = null;
  #from = null; // the button that asked

  constructor() {
    byId('ask-no').addEventListener('click', () => dialog.close());
    byId('ask-yes').addEventListener('click', () => {
      dialog.close();
      this.#end(this.#stream);
    });
    dialog.addEventListener('close', () => this.#from.isConnected && this.#from.focus());
  }

  ask(stream, button) {
    const {streamId, client, total} = stream;
    this.#stream = stream;
    this.#from = button;
    words.textContent = `Stream ${short(streamId)} of ${escaped(client)} is at ${reached(stream)}${total === null ? '' : ` of ${total}`}. ` +
      'It ends without “done”, so an EventSource reconnects and goes on where it was.';
    dialog.showModal();
    byId('ask-no').focus();
  }

  async #end({streamId, client}) {
    const name = `Stream ${short(streamId)} of ${escaped(client)}`;
    try {
      await ask(`streams/${streamId}`, {method: 'DELETE'});
      said.textContent = `${name} was ended.`;
    } catch (error) {
      said.textContent = error.status === 404 ? `${name} had already ended.` : `${name} was not ended. ${error.message}`;
    }
  }
}
