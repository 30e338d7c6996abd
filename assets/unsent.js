// What was typed and perhaps not appended yet, for the page that comes after a reload.

const key = 'sseserver.unsent';

/** rescue keeps what a Producer has left, if the server may not have all of it. */
export function rescue(left) {
  if (!left.id || !(left.sending + left.waiting)) return;
  try {
    sessionStorage.setItem(key, JSON.stringify(left));
  } catch {
    // Storage is turned off, or the text is too large for it.
  }
}

/** recover answers what was kept of this message, once; null if there is nothing. */
export function recover(id) {
  try {
    const left = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
    return left?.id === id ? left : null;
  } catch {
    return null;
  }
}
