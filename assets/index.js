// Character streaming: GET /stream/{messageId}, the text appended as it arrives.

import {start} from './page.js';
import {ArrivingText} from './text.js';
import {received} from './view.js';

const text = new ArrivingText(received);

start({
  path: 'stream',
  first: 0,
  query: () => ({unit: unit()}),
  noun: unit,
  take: ({chunk}) => text.add(chunk),
  paint: () => text.paint(),
  clear: () => text.clear(),
  check: ({sha256}) => text.verify(sha256),
});

function unit() {
  return document.querySelector('input[name=unit]:checked').value;
}
