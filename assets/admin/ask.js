// One request to the server, and what went wrong in words.

/** address is url without the name and password that the address of the page may have: fetch refuses them, and the browser sends them anyway. */
export function address(url) {
  return new URL(url, location.origin + location.pathname);
}

/** ask returns the response. Its Error has a message for the reader, and a status if the server has answered. */
export async function ask(url, options) {
  let response;
  try {
    response = await fetch(address(url), options);
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

/** refusal says in words why a request failed: error has the status and the problem that the server answered, if it did. */
export function refusal(error) {
  const {status, answer} = error ?? {};
  switch (status) {
    case 400:
      return 'This filter is refused';
    case 401:
      return 'The server requires the admin token. Reload the page and enter the token as the password.';
    case 403:
      return `The server does not answer this page: ${answer.detail ?? 'it is forbidden'}.`;
    case undefined:
    case 0:
      return `This page has a defect: ${error}`;
    default:
      return `The server answers with status ${status}${answer?.detail ? `: ${answer.detail}` : ''}.`;
  }
}
