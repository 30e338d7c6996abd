// The same streams for a shell, and for a page of one's own.

import {curl, shortest} from './snippet.js';
import {at} from './stream.js';

/** command opens all of them at once; curl leaves out what stands behind the #. */
export function command(url, count) {
  if (count === 1) return curl(url);
  return `${curl(url).replace(/"$/, `#[1-${count}]"`)} --parallel --parallel-immediate --parallel-max ${count}`;
}

/** script is the least JavaScript that opens all of them. */
export function script(url, count) {
  if (count === 1) return shortest(url);
  const client = at('sse-client.js');
  return [
    `import {EventStream} from '${client}';`,
    `for (let stream = 1; stream <= ${count}; stream++) {`,
    `  new EventStream('${url}', {`,
    `    transport: 'fetch',`,
    `    credentials: stream % 2 ? 'same-origin' : 'omit', // two connections: Chromium opens 256 streams on each`,
    '    on: {message: ({data}) => console.log(stream, JSON.parse(data).chunk)},',
    '  }).open();',
    '}',
  ].join('\n');
}
