// The message of all streams: of any length, so it is made here, and known here to the last character.

const sentence = 'Every stream carries the same words, and each is checked on its own. ';

/** textOf answers a text of so many characters. */
export function textOf(length) {
  return sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
}

/** digestOf answers the SHA-256 of a text in hex, '' where the browser has none: it does on HTTPS and on this machine. */
export async function digestOf(text) {
  if (!crypto.subtle) return '';
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
