// POST /v1/chat/completions as any client of that API meets it. Nothing here knows what the page looks like.

import {EventStream, StreamError} from './sse-client.js';
import {Problem, at, bearer, unauthorized, unreachable} from './stream.js';

export const address = 'v1/chat/completions';

// body asks for an answer to the last of the messages.
function body(messages) {
  return {model: 'echo', messages, stream: true, stream_options: {include_usage: true}};
}

/** request is how an answer to the last of the messages is asked for, as fetch takes it. */
export function request(messages, plan, token) {
  const headers = {'Content-Type': 'application/json', ...bearer(token)};
  if (plan) headers['X-Stream-Plan'] = plan;
  return {method: 'POST', headers, body: JSON.stringify(body(messages))};
}

/**
 * ask reads the answer, and answers how it ended:
 *   broken   why no more came, in words; '' if the body has a regular end
 *   finish   the finish_reason, '' if none came
 *   done     whether [DONE] came
 *   usage    as it came, null if it did not
 * It tells what happens through the callbacks of `on`:
 *   opened(plan)            the answer begins; plan is what the server says of its pace and faults, '' for nothing
 *   bytes(bytes)            these bytes came, of an error too
 *   token(text)             the next piece of the answer
 *   state(word, detail)     as of an EventStream, up to the end; detail.silence() is how long nothing has come, in milliseconds
 * A request that is refused is thrown as a Problem, whose answer is OpenAI's error.
 */
export function ask(messages, plan, token, signal, on) {
  const end = {broken: '', finish: '', done: false, usage: null};
  let opened = false;
  let shown = null; // promised for when all of a refusal is on show
  let before = ''; // the state before this one
  return new Promise((resolve, reject) => {
    const stream = new EventStream(at(address), {
      transport: 'fetch',
      ...request(messages, plan, token),
      attempts: 0, // there is nothing to resume
      done: ({data}) => data === '[DONE]',
      on: {message: ({data}) => take(data, end, on)},
      bytes: on.bytes,
      response(response) {
        opened = response.ok;
        if (opened) on.opened(response.headers.get('X-Stream-Plan') ?? '');
        else shown = showRefusal(response.clone(), on);
      },
      state(state, detail) {
        if (state === 'ended') resolve(end);
        else if (state !== 'failed') on.state(before = state, {...detail, silence: () => stream.silence});
        else if (opened) resolve({...end, broken: broken(detail.error, before)});
        else Promise.resolve(shown).then(() => reject(refused(detail.error, token)));
      },
    });
    signal.addEventListener('abort', () => stream.close(), {once: true});
    stream.open();
  });
}

// What has been read stays, also where the other reader of the answer ends the connection right behind it.
async function showRefusal(response, on) {
  for (const reader = response.body?.getReader(); reader;) {
    const {done, value} = await reader.read().catch(() => ({done: true}));
    if (done) return;
    on.bytes(value);
  }
}

// broken says why no more came of an answer that had begun.
function broken(error, before) {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof StreamError)) return 'The connection broke';
  if (error.status) return error.message; // it is no event stream
  return before === 'stale' ? 'The server has gone silent' : '';
}

function refused(error, token) {
  if (!(error instanceof StreamError) || !error.status) return unreachable();
  const {status} = error;
  const said = error.answer?.error; // null if the words are not the server's own
  if (status === 401 && said?.code !== 'fault_injected') return unauthorized(token); // a plan asks for no token
  if (!said && [502, 503, 504].includes(status)) return unreachable(); // a proxy's words
  return new Problem(said?.message || error.message, said?.code, said ?? {});
}

function take(data, end, on) {
  if (data === '[DONE]') {
    end.done = true;
    return;
  }
  const {choices, usage, error} = parse(data);
  if (error) throw new Problem(error.message, error.code, error);
  if (usage) end.usage = usage;
  const choice = choices?.[0];
  if (choice?.delta?.content) on.token(choice.delta.content);
  if (choice?.finish_reason) end.finish = choice.finish_reason;
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Problem('An event is not JSON', 'bad_event');
  }
}
