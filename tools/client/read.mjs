// Sends the message that is on standard input, reads its stream with the package,
// and prints what came.
import {createHash} from 'node:crypto';
import {text} from 'node:stream/consumers';
import {EventStream} from 'sseserver-client';

const [server, query] = process.argv.slice(2);
const message = await text(process.stdin);
const sent = await fetch(`${server}/send`, {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({message}),
});
const {messageId} = await sent.json();

const seen = {text: '', states: [], digest: '', done: ''};
const outcome = new Promise((resolve, reject) => {
  new EventStream(`${server}/stream/${messageId}?${query}`, {
    transport: 'fetch',
    on: {
      message({data}) { seen.text += JSON.parse(data).chunk; },
      done({data}) { seen.done = JSON.parse(data).sha256; },
    },
    state(state, {error}) {
      seen.states.push(state);
      if (state === 'ended') resolve();
      if (state === 'failed') reject(error);
    },
  }).open();
});
await outcome;
seen.digest = createHash('sha256').update(seen.text).digest('hex');
console.log(JSON.stringify(seen));
