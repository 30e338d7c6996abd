// How fast an answer came, and what the server says of it.

import {Figures} from './figures.js';

const byId = (id) => document.getElementById(id);

const pace = new Figures(byId('figures'));
const facts = byId('facts');
const shown = {tokens: byId('fact-tokens'), usage: byId('fact-usage'), plan: byId('fact-plan')};

/** AnswerFigures counts the tokens of one answer. */
export class AnswerFigures {
  #tokens = 0;
  #usage = null;
  #plan = '';

  /** The question is asked now. */
  constructor() {
    pace.start();
    facts.hidden = false;
  }

  opened(plan) {
    this.#plan = plan;
  }

  token(now) {
    this.#tokens++;
    pace.event(now);
  }

  ended({usage}) {
    this.#usage = usage;
    pace.end();
  }

  /** stopped says that nothing more is waited for. */
  stopped() {
    pace.end();
  }

  paint() {
    const usage = this.#usage;
    pace.paint();
    show('tokens', String(this.#tokens));
    show('usage', usage ? `${usage.prompt_tokens} asked, ${usage.completion_tokens} answered` : '–');
    show('plan', this.#plan || '–');
  }
}

/** hideFigures is for when there is no answer. */
export function hideFigures() {
  facts.hidden = byId('figures').hidden = true;
}

function show(name, text) {
  if (shown[name].textContent !== text) shown[name].textContent = text;
}
