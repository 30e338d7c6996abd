// The text of one client as it is on show, with what came a second time marked.

const nodeLimit = 4096; // UTF-16 code units: appending copies the node's text

/** MarkedText shows in its element the pieces that it was given, once paint is called. */
export class MarkedText {
  #element;
  #pending = []; // runs of text that are not shown yet: {text, again}
  #last = null; // the text node that grows, and whether it is of what came again
  #again = false;

  constructor(element) {
    this.#element = element;
  }

  /** add keeps a piece; again says that it had come before. */
  add(text, again) {
    const last = this.#pending.at(-1);
    if (last?.again === again) last.text += text;
    else this.#pending.push({text, again});
  }

  clear() {
    this.#pending = [];
    this.#last = null;
    this.#element.textContent = '';
  }

  paint() {
    if (this.#pending.length === 0) return;
    const element = this.#element;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40; // CSS pixels
    for (const {text, again} of this.#pending) this.#append(text, again);
    this.#pending = [];
    if (atEnd) element.scrollTop = element.scrollHeight; // unless the reader scrolled away
  }

  #append(text, again) {
    if (this.#last && this.#again === again && this.#last.length < nodeLimit) {
      this.#last.appendData(text);
      return;
    }
    this.#again = again;
    this.#last = document.createTextNode(text);
    if (!again) {
      this.#element.append(this.#last);
      return;
    }
    const mark = document.createElement('mark');
    mark.append(this.#last);
    this.#element.append(mark);
  }
}
