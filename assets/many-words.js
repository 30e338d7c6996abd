// What many streams are in, in few words.

import {scarce, unanswered} from './states.js';

/** stateOf is the state of all streams together: {word, words}; word selects the look. */
export function stateOf({counts, lanes, events, digest, settled}) {
  const all = streams(lanes.length);
  if (settled && counts.failed) return {word: 'failed', words: `${counts.failed} of ${all} failed`};
  if (settled && counts.stopped && counts.complete) return {word: 'stopped', words: `${counts.complete} of ${all} complete, ${counts.stopped} stopped`};
  if (settled && counts.stopped) return {word: 'stopped', words: `Stopped after ${events.toLocaleString('en')} events`};
  if (settled) return {word: 'complete', words: `Complete${digest && ', verified'}: ${all}, ${events.toLocaleString('en')} events`};
  if (counts.reconnecting) return {word: 'reconnecting', words: 'Connections lost. Reconnecting…'};
  if (counts.connecting + counts.waiting) return {word: 'connecting', words: `Opening ${all}…`};
  if (counts.stale) return {word: 'stale', words: 'Nothing for 20 s or more. The server may have stopped'};
  return {word: 'streaming', words: 'Streaming'};
}

/** noticeOf is what there is to say beside that, '' for nothing. `again` tells that the message had to be sent again. */
export function noticeOf({counts, lanes, trouble}, again) {
  const all = streams(lanes.length);
  if (counts.failed) return trouble.answer?.code === 'invalid_parameter' ? '' : `${trouble.message} Replay tries all of them again.`;
  if (counts.refused) return `The server has no place for ${counts.refused} of ${all}. ${limit(trouble)} They keep asking.`;
  if (counts.reconnecting && counts.streaming) return 'The server is back. The others follow one by one, at times chosen at random: all at once would be a burden on it.';
  if (counts.reconnecting && trouble) return unreachable(trouble);
  if (counts.waiting && !counts.streaming) return unanswered();
  if (counts.waiting) return `${streams(counts.waiting)} in line for a place on the connection. ${scarce() ? 'Each needs one of six connections: c' : 'C'}lose other tabs of this server.`;
  if (again) return 'The server had started anew, so it was sent the message again. Every stream went on where it was.';
  return '';
}

function streams(number) {
  return number === 1 ? '1 stream' : `${number} streams`;
}

function limit({answer}) {
  if (/per-client/.test(answer?.detail)) return 'It allows one visitor so many at a time (--max-streams-per-client).';
  return 'It runs as many as it may (--max-streams).';
}

function unreachable({status}) {
  return status ? 'The server is not ready yet. All go on where they were.' : 'The server cannot be reached. All go on where they were, as soon as it is back.';
}
