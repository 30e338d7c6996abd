// A field whose text only grows.

/**
 * Field turns a textarea into one that can be written on at its end alone. Whatever changes the rest is undone.
 * It tells of what happens through the callbacks of `on`:
 *   grown(text)   this was added
 *   refused()     something else was tried
 */
export class Field {
  #area;
  #on;
  #text = ''; // what the field is to hold
  #shown = ''; // the same as the textarea has it, which knows no line end but LF
  #composing = false; // an input method shows text that may still become another one

  constructor(area, on) {
    this.#area = area;
    this.#on = on;
    area.addEventListener('compositionstart', () => { this.#composing = true; });
    area.addEventListener('compositionend', () => {
      this.#composing = false;
      this.#compare();
    });
    area.addEventListener('input', () => this.#compare());
  }

  get text() {
    return this.#text;
  }

  set text(text) {
    this.#text = text;
    if (!this.#composing) this.#show();
  }

  // Undoing what has happened works alike for keys, menus, undo, drag and drop, and keyboards of phones, which ask nobody before.
  #compare() {
    if (this.#composing) return;
    const value = this.#area.value;
    const grown = value.startsWith(this.#shown) ? value.slice(this.#shown.length) : '';
    const refused = value !== this.#shown + grown;
    const behind = this.#text !== this.#shown; // something came while the input method was at work
    this.#text += grown;
    this.#shown = value;
    if (refused || behind) this.#show();
    if (grown) this.#on.grown(grown);
    else if (refused) this.#on.refused();
  }

  #show() {
    const area = this.#area;
    area.value = this.#text;
    this.#shown = area.value;
    area.setSelectionRange(this.#shown.length, this.#shown.length);
    area.scrollTop = area.scrollHeight;
  }
}
