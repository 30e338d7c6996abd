// The story of an id: the verdict first, then what happened when.

import {link, part} from './elements.js';
import {escaped} from './escape.js';
import {short} from './log-line.js';

const causes = {client: 'the client', network: 'the network', server: 'the server', operator: 'an operator', producer: 'the producer', 'test plan': 'the test plan'};

/** Story has the elements that show an answer of /log/story/{id}. */
export class Story {
  elements;

  constructor(story) {
    this.elements = story.found ? told(story) : [part('p', 'verdict', `Nothing is known of ${escaped(story.id)}.`), searched(story)];
    const ids = [story.nearest ?? [], story.others ?? []].flat();
    if (ids.length > 0) this.elements.push(like(ids));
  }
}

function told(story) {
  const verdict = part('p', 'verdict', escaped(story.verdict));
  const side = part('p', 'side', story.side === 'nobody' ? '' : `Cause: ${causes[story.side] ?? story.side}`);
  side.dataset.side = story.side;
  const more = part('p', 'acts');
  more.append(link(`log.html?${new URLSearchParams({where: `*~${story.id}`})}`, 'Its lines in the log'));
  return [side, verdict, more, table(story), searched(story)];
}

function searched({searched}) {
  return part('p', 'hint', searched ? `Searched: ${escaped(searched)}.` : '');
}

// like leads to ids that may have been meant.
function like(ids) {
  const words = part('p', 'hint', 'Ids that look alike: ');
  ids.forEach((id, i) => words.append(i ? ', ' : '', link(`#story=${encodeURIComponent(id)}`, escaped(id))));
  return words;
}

function table({lines}) {
  const table = part('table', 'story', '');
  const several = new Set(lines.map(({streamId}) => streamId).filter(Boolean)).size > 1;
  const head = table.createTHead().insertRow();
  for (const name of ['After', 'What happened']) {
    const cell = part('th', '', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const line of lines) body.append(row(line, several));
  return table;
}

function row({seq, time, afterMs, level, event, text, streamId}, several) {
  const row = document.createElement('tr');
  row.dataset.level = level;
  const after = part('td');
  after.append(seq ? link(`#around=${seq}`, since(afterMs)) : since(afterMs)); // without a number it says what is left out
  after.title = time;
  const what = part('td');
  what.append(part('span', 'event', escaped(event ?? '')), part('bdi', '', escaped(text)));
  if (several && streamId) what.append(part('span', 'of', `stream ${short(streamId)}`));
  row.append(after, what);
  return row;
}

// since is a time from the first line on, as exact as its size.
function since(milliseconds) {
  if (milliseconds < 1000) return `+${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `+${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `+${minutes} min ${Math.floor(seconds % 60)} s`;
}
