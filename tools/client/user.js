// What a program may write, for TypeScript to judge: each line that it must refuse
// says so.
import {EventReader, EventStream, StreamError} from 'sseserver-client';

const stream = new EventStream('https://example.com/stream', {
  on: {
    message({data, lastEventId}) { console.log(data.length, lastEventId.length); },
    failed(event) { console.log(event.type.length); },
  },
  state(state, {attempt, delay, error, waiting}) {
    if (state === 'reconnecting') console.log(attempt.toFixed(), delay?.toFixed(), error, waiting === true);
  },
  done: ({data}) => data === '[DONE]',
  method: 'POST',
  headers: {Authorization: 'Bearer token'},
  body: '{}',
  bytes: (bytes) => console.log(bytes.byteLength),
  response: (response) => console.log(response.status.toFixed()),
  stale: 10_000,
  attempts: 0,
  hidden: 'close',
  session: {key: 'k', save: () => 1, restore: (saved) => console.log(saved)},
});
stream.open().close();
stream.fail(new StreamError('no'));
console.log(stream.state.length, stream.lastEventId.length, stream.silence.toFixed());

for (const {type, data} of new EventReader().push(new Uint8Array())) console.log(type.length, data.length);
console.log(new StreamError('no').status.toFixed());

// @ts-expect-error: an option that does not exist
new EventStream('/', {onMessage() {}});
// @ts-expect-error: a word that is none of its own
new EventStream('/', {hidden: 'never'});
// @ts-expect-error: an event has no number
new EventStream('/', {on: {message: ({data}) => data.toFixed()}});
// @ts-expect-error: a state that does not exist
console.log(stream.state === 'open');
// @ts-expect-error: bytes, not text
new EventReader().push('data: 1');
