// How fast an answer came, and what it is said to have cost.

const byId = (id) => document.getElementById(id);

const shown = {tokens: byId('fact-tokens'), first: byId('fact-first'), rate: byId('fact-rate'), usage: byId('fact-usage'), plan: byId('fact-plan')};

/** Figures counts the tokens of one answer. Times are in milliseconds. */
export class Figures {
  #asked;
  #first; // when the first token came
  #last;
  #tokens = 0;
  #usage = null;
  #plan = '';

  /** The question was asked at `now`. */
  constructor(now) {
    this.#asked = now;
  }

  opened(plan) {
    this.#plan = plan;
  }

  token(now) {
    this.#tokens++;
    this.#first ??= now;
    this.#last = now;
  }

  ended({usage}) {
    this.#usage = usage;
  }

  paint() {
    const usage = this.#usage;
    show('tokens', this.#tokens || '–');
    show('first', this.#first === undefined ? '–' : `${Math.round(this.#first - this.#asked)} ms`);
    show('rate', this.#last > this.#first ? (1000 * (this.#tokens - 1) / (this.#last - this.#first)).toFixed(1) : '–');
    show('usage', usage ? `${usage.prompt_tokens} + ${usage.completion_tokens} = ${usage.total_tokens}` : '–');
    show('plan', this.#plan || '–');
  }
}

function show(name, value) {
  if (shown[name].textContent !== String(value)) shown[name].textContent = value;
}
