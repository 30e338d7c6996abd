// One request to the server, and what went wrong in words.

import {refusal} from './feed.js';

/** ask answers the response; what goes wrong is an Error whose message is for the reader. */
export async function ask(url, options) {
  let response;
  try {
    response = await fetch(new URL(url, document.baseURI), options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server cannot be reached.', {cause: error});
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  const {status} = response;
  throw Object.assign(new Error([400, 404].includes(status) ? sentence(answer.detail) : refusal({status, answer})), {status});
}

/** sentence is the detail of a problem as a sentence. */
export function sentence(detail = 'the request is wrong') {
  return `${detail[0].toUpperCase()}${detail.slice(1)}${/[.!?]$/.test(detail) ? '' : '.'}`;
}
