// What a developer wants to see of a stream: its latest events, and the command that shows them too.

const wireLines = 50;

/** WireLog shows the latest events in a <pre>, as they stood on the wire, while the <details> around it is open. */
export class WireLog {
  #pre;
  #details;
  #lines = [];
  #decoder = new TextDecoder();

  constructor(pre) {
    this.#pre = pre;
    this.#details = pre.closest('details');
    this.#details.addEventListener('toggle', () => this.paint());
  }

  /** add keeps bytes as they came; paint shows them. */
  add(bytes) {
    const lines = (this.#lines.pop() ?? '') + this.#decoder.decode(bytes, {stream: true});
    this.#lines.push(...lines.split('\n'));
    if (this.#lines.length > wireLines) this.#lines = this.#lines.slice(-wireLines);
  }

  clear() {
    this.#lines = [];
  }

  paint() {
    if (!this.#details.open) return;
    this.#pre.textContent = this.#lines.join('\n');
    this.#pre.scrollTop = this.#pre.scrollHeight;
  }
}

/** Command is a line for a shell, in a <code>, with a button that copies it. */
export class Command {
  #code;
  #button;

  constructor(code, button) {
    this.#code = code;
    this.#button = button;
    button.addEventListener('click', () => this.#copy());
  }

  show(text) {
    this.#code.textContent = text;
    this.#button.disabled = false;
  }

  async #copy() {
    getSelection().selectAllChildren(this.#code); // where the clipboard is closed to pages, Ctrl+C is left
    try {
      await navigator.clipboard.writeText(this.#code.textContent);
    } catch {
      return;
    }
    this.#button.textContent = 'Copied';
    this.#button.addEventListener('blur', () => { this.#button.textContent = 'Copy'; }, {once: true});
  }
}
