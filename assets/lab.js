// The lab: one text, sent once, and two clients that read it while its stream breaks as planned.

import {Painter} from './frame.js';
import {Card} from './lab-card.js';
import {enough} from './lab-careful.js';
import * as form from './lab-form.js';
import {naive} from './lab-naive.js';
import {blunder, prove} from './lab-proof.js';
import {Run} from './lab-run.js';
import {Table} from './lab-table.js';
import {Timeline} from './lab-timeline.js';
import {because, hasty} from './lab-verdict.js';
import {StreamError} from './sse-client.js';
import {explain} from './problems.js';
import {Snippets, curl, shortest} from './snippet.js';
import {describe} from './states.js';
import {Problem, at, send} from './stream.js';
import {keep} from './token.js';

const byId = (id) => document.getElementById(id);

const section = byId('run');
const status = byId('status');
const trouble = byId('trouble');
const stop = byId('stop');
const canvas = byId('timeline');
const code = byId('code');

const patience = 3000; // milliseconds of silence until a client that expects a piece says so; after as many again it connects anew
const barren = 3; // connections in a row that brought nothing new, until the page says so

class Lab {
  #cards = {careful: new Card(byId('careful')), naive: new Card(byId('other'))};
  #timeline = new Timeline(canvas);
  #table = new Table();
  #snippets = new Snippets(byId('snippets'));
  #painter = new Painter(() => this.#paint());
  #run = null;
  #sending = null; // AbortController of a text on its way
  #settings = null; // of the latest run
  #id = ''; // of the text that the settings have
  #connection = null; // the latest state of the careful client: {word, detail, due}

  constructor() {
    form.bring({run: () => this.begin(), repeat: () => this.repeat()});
    stop.addEventListener('click', () => this.stop());
    new ResizeObserver(() => this.#painter.soon()).observe(canvas);
    for (const media of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(media).addEventListener('change', () => this.#painter.soon());
    }
    byId('naive').addEventListener('change', showNaive);
    showNaive();
  }

  /** begin sends the text that the form has, and lets both clients read it. */
  async begin() {
    if (!form.valid()) return;
    this.stop();
    this.#settings = form.settings();
    const again = {label: 'Try again', act: () => this.begin()};
    if (!await this.#send((problem) => form.refused(problem, problem.code === 'unreachable' ? again : null))) return;
    form.address(this.#settings.query.seed);
    this.#start();
  }

  /** repeat runs the same once more: the same text, plan and seed, so the same bytes and pauses. */
  repeat() {
    form.clearError();
    this.#sending?.abort();
    this.#start();
  }

  stop() {
    this.#sending?.abort();
    this.#run?.stop();
  }

  // send sends the text of the settings, and answers whether it is there; refused is told if the server does not take it.
  async #send(refused) {
    this.#state('sending', 'Sending the text…');
    const sending = this.#sending = new AbortController();
    const token = form.currentToken();
    stop.disabled = false;
    try {
      this.#id = await send(this.#settings.text, token, sending.signal);
      keep(token);
      if (!sending.signal.aborted) return true;
      if (sending === this.#sending) this.#idle('stopped', 'Stopped');
    } catch (problem) {
      if (sending !== this.#sending) return false;
      if (sending.signal.aborted) {
        this.#idle('stopped', 'Stopped');
      } else {
        this.#idle('failed', 'The text was not sent');
        refused(problem);
      }
    }
    return false;
  }

  #url() {
    return at(`stream/${encodeURIComponent(this.#id)}`, this.#settings.query);
  }

  #start() {
    const {interval, query, transport, naive: kind} = this.#settings;
    const url = this.#url();
    this.#say('');
    this.#run?.drop();
    this.#cards.naive.title(`The naive client: ${naive[kind].title}`);
    code.textContent = String(naive[kind].run);
    this.#snippets.show({curl: curl(url), script: shortest(url)});
    stop.disabled = false;
    form.offerAgain(true);
    const stale = Math.max(patience, 3 * interval);
    const run = this.#run = new Run({url: String(url), transport, stale, naive: kind}, this.#cards, {
      soon: () => this.#painter.soon(),
      state: (state, detail) => this.#carefulState(state, detail),
      nothingNew: (count) => this.#nothingNew(count),
      over: (reader, detail) => this.#over(run, reader, detail),
    });
    this.#state('streaming', `Running, seed ${query.seed}`);
    section.scrollIntoView({block: 'nearest'});
    this.#painter.soon();
  }

  #carefulState(state, detail) {
    const word = state === 'live' ? 'streaming' : state;
    this.#connection = {word, detail, due: performance.now() + (detail.delay ?? 0)};
    if (state === 'live') this.#say('');
    if (state === 'reconnecting' && detail.attempt > 1 && !detail.answered && !detail.error?.status) {
      this.#say(navigator.onLine ? 'The server does not answer. The client goes on trying.' : 'You are offline. The client goes on when you are back.');
    }
    this.#painter.soon();
  }

  #nothingNew(count) {
    if (count < barren) return;
    const {fault: plan = ''} = this.#settings.query;
    const words = ['Several connections in a row brought nothing new.', because(plan) || hasty(plan), `After ${enough} such connections the page stops it.`];
    this.#say(words.filter(Boolean).join(' '));
  }

  // over is called as each of the clients ends.
  #over(run, reader, detail) {
    const {text: sent, query: {fault: plan = ''}} = this.#settings;
    const reason = reader === run.naive ? detail.words ?? blunder(reader, plan) : undefined;
    prove(reader, {sent, plan, reason}).then(() => this.#painter.soon());
    if (run !== this.#run) return;
    if (reader === run.careful && reader.state === 'failed') this.#failed(detail.error);
    if (run.careful.dropped) this.#idle('idle', 'Ready');
    else if (run.over) this.#idle(...run.careful.state === 'stopped' ? ['stopped', 'Stopped'] : ['complete', 'Both clients have ended']);
  }

  // What ends the careful client for good is a refusal, which a person has to mend.
  #failed(error) {
    const {answer = {}, status} = error;
    if (status === 404) {
      this.#say('The server no longer has this text: it was started anew, or the text was deleted.', {label: 'Send again and go on', act: () => this.#goOn()});
      return;
    }
    if (answer.code !== 'invalid_parameter') {
      this.#say(explain(new Problem(answer.detail ?? error.message, answer.code, answer)));
      return;
    }
    this.#run.drop();
    this.#run = null;
    for (const card of Object.values(this.#cards)) card.idle();
    form.offerAgain(false);
    form.refused(...mended(answer, () => {
      form.choose('');
      this.begin();
    }));
  }

  // goOn sends the text once more. Its positions are the same, so the client that knows its last id goes on behind it.
  async #goOn() {
    const run = this.#run;
    if (!await this.#send((problem) => this.#say(problem.message, {label: 'Try again', act: () => this.#goOn()}))) return;
    if (run !== this.#run) return;
    this.#say('');
    this.#state('streaming', 'Running');
    run.goOn(String(this.#url()));
    this.#painter.soon();
  }

  #say(words, help) {
    if (trouble.firstChild?.data === words) return; // said once, not at every attempt
    trouble.textContent = words;
    if (help) trouble.append(form.button(help));
  }

  #state(word, words) {
    section.dataset.state = word;
    status.textContent = words;
  }

  #idle(word, words) {
    this.#sending = null;
    if (document.activeElement === stop) form.focus(); // a focused button that is disabled would drop the keyboard's place
    stop.disabled = true;
    this.#state(word, words);
    this.#painter.soon();
  }

  #paint() {
    const run = this.#run;
    this.#timeline.paint(run?.lanes ?? [], run?.now ?? 0);
    if (!run) return;
    this.#table.paint(run.lanes, run.now);
    if (!run.careful.state) this.#tell(run);
    for (const {card} of run.lanes) card.paint();
    canvas.ariaLabel = summary(run.lanes);
    if (!run.over) this.#next();
  }

  // tell says the state of the careful client, some of which counts seconds.
  #tell(run) {
    const {word, detail, due} = this.#connection;
    const seconds = () => Math.max(Math.ceil((due - performance.now()) / 1000), 0);
    const {error} = detail;
    const why = error?.status ? `Refused with status ${error.status}.` : error?.message;
    const known = word === 'reconnecting' && error instanceof StreamError ? `${why} Reconnecting in ${seconds()} s…` : '';
    const attempt = detail.answered ? 0 : detail.attempt;
    const words = word === 'closed' ? 'Asleep' : known || describe(word, {...detail, attempt, seconds}, run.silence);
    this.#cards.careful.state(word, words);
  }

  // Time goes on also where nothing comes. Who wants less movement sees it go in steps.
  #next() {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) setTimeout(() => this.#painter.soon(), 250);
    else this.#painter.soon();
  }
}

/** mended answers the refusal of a plan, and what would help. */
function mended(answer, without) {
  const {detail, code} = answer;
  if (!detail.includes('--no-faults')) return [new Problem(detail, code, answer)];
  const words = 'This server makes no faults on demand: it was started with --no-faults.';
  return [new Problem(words, code, answer), {label: 'Run without', act: without}];
}

/** summary is the time line in a sentence, for those who do not see it. */
function summary(lanes) {
  const one = ({title, lane, ledger}) => `${title}: ${lane.connections.length} ${lane.connections.length === 1 ? 'connection' : 'connections'}, ${ledger.seen} of ${ledger.total ?? 'an unknown number of'} pieces, ${lane.again} sent again.`;
  return `${lanes.map(one).join(' ')} The table below has each connection.`;
}

function showNaive() {
  code.textContent = String(naive[byId('naive').value].run);
}

new Lab();
