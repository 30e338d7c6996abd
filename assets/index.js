// Character streaming: GET /stream/{messageId}, the text appended as it arrives.

import {start} from './page.js';
import {ArrivingText} from './text.js';
import {received} from './view.js';

const count = document.getElementById('count');
const total = document.getElementById('total');
const text = new ArrivingText(received);

start({
  path: 'stream',
  first: 0,
  query: () => ({unit: unit()}),
  noun: unit,
  take: ({chunk}) => text.add(chunk),
  paint: (some, all) => {
    text.paint();
    count.textContent = some || '';
    total.textContent = all ?? '';
    total.parentElement.hidden = !all;
  },
  clear: () => text.clear(),
  check: ({sha256}) => text.verify(sha256),
  save: () => text.text,
  restore: (saved) => text.add(saved),
});

function unit() {
  return document.querySelector('input[name=unit]:checked').value;
}
