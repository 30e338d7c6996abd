// The first page: one small stream of this server, with the words it brings and the event that brought the last of them.

import {Painter} from './frame.js';
import {curl, shortest, Snippets} from './snippet.js';
import {EventStream} from './sse-client.js';
import {describe} from './states.js';
import {at, send} from './stream.js';
import {recall} from './token.js';

const byId = (id) => document.getElementById(id);
const alive = byId('alive');
const heading = byId('alive-heading');
const count = byId('count');
const text = byId('text');
const latest = byId('latest');
const toggle = byId('toggle');
const snippets = new Snippets(byId('snippets'));

const message = 'Each word here is an event of its own. The server sends them one by one, and each has an id. ' +
  'When the connection breaks, the browser asks for what comes after the last id that it has. So nothing is lost, and nothing comes twice.';
const pace = {unit: 'word', interval: '250ms'};

let url = null; // of the stream, null while the server has no message
let stream = null;
let shown = nothing();
const painter = new Painter(paint);

toggle.addEventListener('click', () => {
  if (toggle.textContent === 'Stop') stream.close();
  else if (toggle.textContent === 'Resume') stream.open(); // behind the last id that it has
  else play();
});
begin();

// begin plays by itself, unless the reader wants less motion.
async function begin() {
  if (!await submit()) return;
  offer('Play');
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) play();
}

// submit stores the message, and answers whether the server took it. If not, because it wants a token or is full, the page keeps
// its example, and shows how to send.
async function submit() {
  try {
    url = at(`stream/${await send(message, recall())}`, pace);
  } catch {
    snippets.show({curl: curl(at('send'), asToSend), script: shortest(at('stream/MESSAGE_ID'))});
    return false;
  }
  heading.textContent = 'Live from this server';
  snippets.show({curl: curl(url), script: shortest(url)});
  return true;
}

const asToSend = {
  method: 'POST',
  headers: {'Authorization': 'Bearer …', 'Content-Type': 'application/json'},
  body: JSON.stringify({message: 'Hello!'}),
};

// play follows the message from its beginning. Where the stream has failed, it is gone, and another one takes its place.
async function play() {
  if (stream?.state === 'failed' && !await submit()) return;
  shown = nothing();
  painter.now();
  stream = new EventStream(url, {state, on: {message: take, done: show}});
  stream.open();
}

function take(event) {
  const {chunk, position, total} = JSON.parse(event.data);
  shown.words += chunk;
  shown.count = `${position + 1} of ${total} words`;
  show(event);
}

function show({type, lastEventId, data}) {
  shown.event = `${type === 'message' ? '' : `event: ${type}\n`}id: ${lastEventId}\ndata: ${data}`;
  painter.soon();
}

function state(word, detail) {
  alive.dataset.state = {live: 'streaming', closed: 'stopped', ended: 'complete'}[word] ?? word;
  offer({closed: 'Resume', ended: 'Replay', failed: 'Replay'}[word] ?? 'Stop');
  shown.state = ['connecting', 'reconnecting', 'stale'].includes(word) ? describe(word, detail, stream.silence) : '';
  if (word === 'failed') shown.state = 'The message is gone.';
  painter.soon();
}

function offer(label) {
  toggle.hidden = false;
  toggle.textContent = label;
}

function nothing() {
  return {words: '', event: '', count: '', state: ''};
}

function paint() {
  text.textContent = shown.words;
  latest.textContent = shown.event;
  count.textContent = shown.state || shown.count;
}
