// What is wrong, in sentences that lead to the lines or streams that show it.

import {link} from './elements.js';
import {endsIn} from './overview-samples.js';
import {uncounted} from './say.js';

const late = 100; // milliseconds of p99 that people notice

// Ends that nobody wants, and what to say of them. Others are what clients, producers, tests and operators do.
const ends = {
  slow_client: [['stream ended as a slow client', 'streams ended as slow clients'], 'wait'],
  internal_error: [['stream ended with an internal error', 'streams ended with internal errors'], 'bad'],
  message_failed: [['stream ended because its message failed', 'streams ended because their message failed'], 'wait'],
  message_evicted: [['stream ended because its message was evicted', 'streams ended because their message was evicted'], 'wait'],
};

/** findingsOf is what the samples of the last minute tell: {words, href, more, grade} each. */
export function findingsOf(samples) {
  if (samples.length === 0) return [];
  const counts = endsIn(samples);
  const found = [];
  for (const [reason, [[one, many], grade]] of Object.entries(ends)) {
    const count = counts[reason];
    if (count) found.push({words: `${plural(count, one, many)} in the last minute`, href: lines('event=stream.closed', `reason=${reason}`), more: 'see them in the log', grade});
  }
  const refused = sum(samples, 'rejected');
  if (refused) found.push({words: `${plural(refused, 'stream was refused', 'streams were refused')} in the last minute`, href: lines('event=stream.rejected'), more: 'see why in the log', grade: 'wait'});
  const slowest = Math.max(...samples.slice(-10).map(({latenessP99Ms}) => latenessP99Ms ?? 0));
  if (slowest > late) found.push({words: `Events are late: p99 was ${Math.round(slowest).toLocaleString('en')} ms in the last 10 seconds`, href: 'streams.html?sort=lag&order=desc', more: 'see the streams that are furthest behind', grade: 'wait'});
  const dropped = samples.at(-1).logDropped - samples[0].logDropped;
  if (dropped > 0) found.push({words: `${plural(dropped, 'line of the log was dropped', 'lines of the log were dropped')} in the last minute: the log cannot be written fast enough`, href: lines('event~log.'), more: 'see what the log says of it', grade: 'bad'});
  return found;
}

/** show writes the findings into a list, which is read out when they become others. */
export function show(list, found) {
  const all = found.length ? found : [{words: 'Nothing is wrong: in the last minute no stream ended badly, none was refused, and events were on time.', grade: 'good'}];
  const items = all.map(({words, href, more, grade}) => {
    const item = document.createElement('li');
    item.dataset.grade = grade;
    item.textContent = href ? `${words}: ` : words;
    if (href) item.append(link(href, more));
    return item;
  });
  update(list, items);
}

// update touches only what has changed, so that a link keeps the focus while a number in front of it counts.
function update(list, items) {
  const words = (elements) => [...elements].map(({textContent}) => uncounted(textContent)).join();
  list.ariaLive = words(list.children) === words(items) ? 'off' : 'polite';
  items.forEach((item, index) => {
    const old = list.children[index];
    if (!old) list.append(item);
    else if (old.lastChild.href !== item.lastChild.href || old.dataset.grade !== item.dataset.grade) old.replaceWith(item);
    else if (old.firstChild.data !== item.firstChild.data) old.firstChild.data = item.firstChild.data;
  });
  while (list.children.length > items.length) list.lastElementChild.remove();
}

function lines(...where) {
  return `log.html?${new URLSearchParams(where.map((one) => ['where', one]))}`;
}

function plural(count, one, many) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

function sum(samples, name) {
  return samples.reduce((all, sample) => all + (sample[name] ?? 0), 0);
}
