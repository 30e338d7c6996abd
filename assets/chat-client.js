// POST /v1/chat/completions as any client of that API meets it. Nothing here knows what the page looks like.

import {EventReader} from './chat-reader.js';
import {Problem, at, bearer, unauthorized, unreachable} from './stream.js';

export const address = 'v1/chat/completions';

/** body is the request that asks for an answer to the last of the messages. */
export function body(messages) {
  return {model: 'echo', messages, stream: true, stream_options: {include_usage: true}};
}

/**
 * ask reads the answer, and answers how it ended:
 *   broken   why no more came, in words; '' if the body has a regular end
 *   finish   the finish_reason, '' if none came
 *   done     whether [DONE] came
 *   usage    as it came, null if it did not
 * It tells what happens through the callbacks of `on`:
 *   opened(plan)   the answer begins; plan is what the server says of its pace and faults, '' for nothing
 *   bytes(bytes)   these bytes came, of an error too
 *   token(text)    the next piece of the answer
 * A request that is refused is thrown as a Problem, whose answer is OpenAI's error.
 */
export async function ask(messages, plan, token, signal, on) {
  const response = await post(messages, plan, token, signal);
  if (!response.ok) throw await refusal(response, token, on);
  on.opened(response.headers.get('X-Stream-Plan') ?? '');
  const end = {broken: '', finish: '', done: false, usage: null};
  try {
    if (response.body) await follow(response.body.getReader(), end, on); // 204 has none
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    end.broken = problem.message;
  }
  return end;
}

async function post(messages, plan, token, signal) {
  const headers = {'Content-Type': 'application/json', ...bearer(token)};
  if (plan) headers['X-Stream-Plan'] = plan;
  try {
    return await fetch(at(address), {method: 'POST', headers, body: JSON.stringify(body(messages)), signal});
  } catch {
    throw unreachable();
  }
}

async function refusal(response, token, on) {
  const bytes = new Uint8Array(await response.arrayBuffer().catch(() => new ArrayBuffer(0)));
  on.bytes(bytes);
  let error = null;
  try {
    ({error} = JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // It is not the server's own.
  }
  if (response.status === 401 && error?.code !== 'fault_injected') return unauthorized(token); // a plan asks for no token
  if (!error && [502, 503, 504].includes(response.status)) return unreachable(); // a proxy's words
  return new Problem(error?.message || `The server answered with status ${response.status}.`, error?.code, error ?? {});
}

async function follow(reader, end, on) {
  const events = new EventReader();
  for (;;) {
    const {done, value} = await reader.read().catch(() => { throw new Problem('The connection broke', 'broken'); });
    if (done) return;
    on.bytes(value);
    for (const {data} of events.push(value)) take(data, end, on);
  }
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
