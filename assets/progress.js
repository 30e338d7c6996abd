// Progress streaming: GET /progress/{messageId}, 1 to 100 %.

import {start} from './page.js';
import {Problem} from './stream.js';
import {received} from './view.js';

let latest; // the last chunk that arrived

start({
  path: 'progress',
  first: 1,
  skips: true,
  query: () => ({}),
  noun: () => 'step',
  take: (data) => { latest = data; },
  paint: () => { received.textContent = latest?.chunk ?? ''; },
  clear: () => { latest = undefined; },
  check: () => {
    if (!latest.completed) throw new Problem('The stream ended, but its last step was not marked as completed.', 'incomplete');
    return '';
  },
  save: () => latest,
  restore: (saved) => { latest = saved; },
});
