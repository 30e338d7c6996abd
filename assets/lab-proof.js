// The proof at the end of a run: the text that a client has on show against the one that was sent.

import {countFacts} from './lab-card.js';
import {sha256} from './lab-ledger.js';
import {because, judge, torn} from './lab-verdict.js';

/** prove shows on its card what became of the text of a reader. what is {sent, plan, reason}: reason explains a naive client. */
export async function prove(reader, {sent, plan, reason}) {
  const {card, ledger, lane, state, done} = reader;
  const [here, there] = await Promise.all([sha256(ledger.text), done?.sha256 ?? sha256(sent)]);
  if (reader.dropped) return; // meanwhile
  const verdict = judge(ledger, {state, sent, same: here ? here === there : undefined});
  const explained = verdict.good === true || state === 'stopped' && verdict.good === undefined ? '' : reason ?? because(plan);
  reader.good = verdict.good;
  card.state(verdict.good ? 'complete' : verdict.good === false ? 'failed' : 'stopped', ending(state, verdict.good));
  card.prove(verdict, explained, [...countFacts(ledger, lane), ...digests(here, there, Boolean(done))]);
}

function ending(state, good) {
  if (good) return 'Complete, verified';
  return {ended: 'Ended', failed: 'Gave up', stopped: 'Stopped'}[state];
}

// A browser makes digests only on secure origins; elsewhere the texts themselves were compared.
function digests(here, there, told) {
  if (!here) return [['SHA-256', 'only over HTTPS; the texts were compared instead']];
  return [['SHA-256 of the text here', here], [told ? 'SHA-256 that the server sent' : 'SHA-256 of the text that was sent', there]];
}

/** blunder says what a naive client makes of the plan: what it could not read, and what it took for the end of the text. */
export function blunder({lane, ledger}, plan) {
  if (ledger.seen === 0 && /\beol:cr\b/.test(plan)) return 'It looks for lines that end with LF, and those of the plan end with CR (eol:cr). So it saw no event.';
  const {end = ''} = lane.connections.at(-1) ?? {};
  return torn(lane) + (end.startsWith('status') ? `It takes the answer with ${end} for the text.` : 'It takes the end of the response for the end of the text.');
}
