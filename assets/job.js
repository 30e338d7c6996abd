// The progress of the job that the message stands for: PUT by this page, and read back as anyone reads it.

import {persist} from './producer.js';
import {Stream, at, write} from './stream.js';

const byId = (id) => document.getElementById(id);

const card = byId('job');
const bar = byId('bar');
const percentShown = byId('percent-shown');
const activityShown = byId('activity-shown');
const slider = byId('percent');
const activity = byId('activity');

/**
 * Job reports what the slider says and shows what the progress stream says, which it follows to the end of the message. Callbacks:
 *   done(), failed(problem)   as of a Stream
 *   reported()                the server has taken a report
 *   refused(problem)          it has refused one
 *   waiting(problem)          the server is away; the report is repeated
 */
export class Job {
  #on;
  #token;
  #id = '';
  #reported = 0; // percent
  #wanted = false; // whether the slider says something that is not reported
  #reporting = false;
  #stream = null;
  #left = new AbortController();

  constructor(token, on) {
    this.#token = token;
    this.#on = on;
    slider.addEventListener('input', () => this.#slide());
  }

  /** follow turns to another message; '' is none. */
  follow(id) {
    this.#stream?.close();
    this.#left.abort();
    this.#left = new AbortController();
    this.#id = id;
    this.#reported = 0;
    this.#wanted = this.#reporting = false;
    slider.value = 0;
    this.#show('idle', {percent: 0, text: ''});
    if (!id) return;
    this.#stream = new Stream(at(`progress/${encodeURIComponent(id)}`), {skips: true}, {
      chunk: ({chunk}, percent) => this.#show('streaming', {percent, text: chunk}),
      done: () => this.#end('complete', this.#on.done),
      failed: (problem) => this.#end('failed', () => this.#on.failed(problem)),
    });
    this.#stream.open();
  }

  /** enable says whether there is something to report to. */
  enable(open) {
    slider.disabled = !open;
  }

  /** again reports what was refused. */
  again() {
    this.#slide();
  }

  #end(word, then) {
    card.dataset.state = word;
    then();
  }

  #show(word, {percent, text}) {
    card.dataset.state = word;
    bar.value = percent;
    percentShown.textContent = percent;
    activityShown.textContent = text;
    this.#atLeast(percent);
  }

  #atLeast(percent) {
    this.#reported = Math.max(this.#reported, percent);
    if (slider.valueAsNumber < this.#reported) slider.value = this.#reported;
  }

  // A slider that is drawn says a hundred things; what counts is the newest.
  #slide() {
    this.#atLeast(0); // it never goes back
    if (slider.valueAsNumber === this.#reported) return;
    this.#wanted = true;
    if (!this.#reporting) this.#report(this.#left.signal);
  }

  async #report(signal) {
    this.#reporting = true;
    try {
      while (this.#wanted && !signal.aborted) await persist(() => this.#put(signal), this.#on.waiting, signal);
    } catch (problem) {
      if (signal.aborted) return;
      this.#wanted = false;
      if (problem.code === 'percent_too_low') this.#atLeast(problem.answer.percent); // someone else reports too
      else if (problem.code !== 'message_closed') this.#on.refused(problem);
    }
    if (!signal.aborted) this.#reporting = false;
  }

  async #put(signal) {
    this.#wanted = false;
    const report = {percent: slider.valueAsNumber};
    if (activity.value) report.chunk = activity.value;
    try {
      const {percent} = await write('PUT', at(`messages/${this.#id}/progress`), report, this.#token(), signal);
      if (signal.aborted) return;
      this.#atLeast(percent);
      this.#on.reported();
    } catch (problem) {
      this.#wanted = true;
      throw problem;
    }
  }
}
