// The token that a server may want before it takes a message. The tab keeps it: a reload does not ask again, another tab does.

const key = 'sseserver.token';
let kept = ''; // where the browser stores nothing, it lives as long as the page

/** recall answers the token that was accepted last, '' for none. */
export function recall() {
  try {
    return sessionStorage.getItem(key) ?? kept;
  } catch {
    return kept;
  }
}

/** keep remembers a token that was accepted; '' forgets it. */
export function keep(token) {
  kept = token;
  try {
    if (token) sessionStorage.setItem(key, token);
    else sessionStorage.removeItem(key);
  } catch {
    // Storage is turned off; kept has it.
  }
}
