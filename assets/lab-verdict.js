// What a run has proven, in words.

import {left} from './lab-lane.js';
import {size} from './lab-ledger.js';

/**
 * judge says what became of the text of a ledger. state is how its client ended; same is whether the digests are equal,
 * undefined where no digest was made; sent is the text as it was sent.
 * It answers {good, words}: good is true for the whole text, false for anything else, undefined for a beginning of it.
 */
export function judge(ledger, {state, same, sent}) {
  const lost = size(ledger.missing());
  const doubled = size(ledger.doubled());
  const equal = same ?? ledger.text === sent;
  if (equal && lost === 0 && doubled === 0) return {good: true, words: 'Nothing lost, nothing doubled. This is the text that was sent.'};
  if (ledger.seen === 0) return {good: state === 'stopped' ? undefined : false, words: 'Nothing came.'};
  if (state === 'stopped' && sent.startsWith(ledger.text)) {
    return {good: undefined, words: `Stopped after ${pieces(ledger.seen)} of ${ledger.total}. Up to there, nothing is lost or doubled.`};
  }
  const faults = [
    lost && `${pieces(lost)} never came.`,
    doubled && `${pieces(doubled)} came more than once.`,
    !lost && !doubled && !ledger.ordered && 'The pieces are out of order.',
    !lost && !doubled && ledger.ordered && 'Each piece came once, but one is not what was sent.',
  ];
  return {good: false, words: faults.filter(Boolean).concat('This is not the text that was sent.').join(' ')};
}

function pieces(count) {
  return count === 1 ? '1 piece' : `${count} pieces`;
}

/** list writes ranges of positions: "7, 12–40". */
export function list(ranges) {
  const most = 4;
  const words = ranges.slice(0, most).map(([first, last]) => first === last ? `${first}` : `${first}–${last}`);
  if (ranges.length > most) words.push('…');
  return words.join(', ');
}

// What a fault does that no client can mend. Each has a test on the plan, which is a list of faults without spaces.
const incurable = [
  [/\b(?:cut|truncate|end)(?:@0\b|:100%)/, 'The plan breaks each connection before its first id, so there is nothing to go on from.'],
  [/\bnoid\b/, 'The plan leaves out the ids (noid). Without one, each connection begins at the start.'],
  [/\bnodone\b/, 'The plan never says that the text is complete (nodone), so the client asks whether there is more, again and again.'],
  [/\bstatus:/, 'The plan refuses each connection (status), so no text can come.'],
  [/\bdrop\b/, 'The plan leaves pieces out of a connection that holds (drop). There is no loss to recover from; the positions show the gap.'],
  [/\bdouble\b/, 'The plan sends pieces twice on one connection (double). A page that looks at the positions can skip the second.'],
  [/\bswap\b/, 'The plan sends pieces in the wrong order (swap). The positions show it.'],
  [/\bcorrupt\b/, 'The plan changes letters (corrupt). Only the digest shows it.'],
  [/\bfirst:/, 'The plan holds back the first piece (first), on each connection that begins at the start.'],
];

/** hasty explains why connections that are cut may bring nothing, though pieces were sent on them. */
export function hasty(plan) {
  const cuts = /\b(?:cut|truncate)\b(?!@0\b)/.test(plan) && !/\bnoid\b/.test(plan);
  return cuts ? 'When a connection is reset, the browser throws away what the page has not read yet. Put the pieces further apart.' : '';
}

/** torn explains why a naive client leaves a connection that holds, '' where none did. */
export function torn({connections}) {
  return connections.some(({end}) => end === left) ? 'It cannot read a line that comes in two parts. ' : '';
}

/** because explains by the plan what the client could not mend. */
export function because(plan) {
  return incurable.filter(([fault]) => fault.test(plan)).map(([, words]) => words).join(' ');
}
