// Character streaming: GET /stream/{messageId}, the text appended as it arrives.

import {start} from './page.js';
import {Problem} from './stream.js';
import {received} from './view.js';

// Appending copies the node's text, so a long message is spread over several nodes.
const nodeLimit = 4096; // UTF-16 code units

let pending = ''; // arrived, not yet shown

start({
  path: 'stream',
  first: 0,
  query: () => ({unit: unit()}),
  noun: unit,
  take: ({chunk}) => { pending += chunk; },
  paint: append,
  clear: () => {
    pending = '';
    received.textContent = '';
  },
  check: verify,
});

function unit() {
  return document.querySelector('input[name=unit]:checked').value;
}

function append() {
  if (pending === '') return;
  const atEnd = received.scrollHeight - received.scrollTop - received.clientHeight < 40; // CSS pixels
  const last = received.lastChild;
  if (last && last.length < nodeLimit) last.appendData(pending);
  else received.append(pending);
  pending = '';
  if (atEnd) received.scrollTop = received.scrollHeight; // unless the reader scrolled away
}

// verify compares the text on show with the digest of the message that the server has.
async function verify({sha256}) {
  if (!crypto.subtle) return ''; // browsers have it on secure origins and localhost only
  const bytes = new TextEncoder().encode(received.textContent);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex !== sha256) throw new Problem('The text shown is not the text that was sent: the SHA-256 differs.', 'digest');
  return ', verified';
}
