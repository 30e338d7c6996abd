// Text that is shown as it came, with what cannot be seen made visible.

// Characters that cannot be seen, or that change how others are seen.
const unseen = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffd]|\udb40[\udc00-\udc7f]/g;

/** escaped is the text with those characters as \u escapes, which are JSON's too. */
export function escaped(text) {
  return text.replace(unseen, (character) => character.split('').map(escape).join(''));
}

/** inLine is the escaped text with its line ends and tabs as escapes too, so that it stays in one line. */
export function inLine(text) {
  return escaped(text).replace(/[\t\n\r]/g, (character) => JSON.stringify(character).slice(1, -1));
}

/** shown is the escaped text with its CRs in sight too; LF is what stands at the end of each line anyway. */
export function shown(text) {
  return escaped(text).replace(/\r\n|\r/g, (end) => (end === '\r' ? '\\r\n' : '\\r\\n\n'));
}

function escape(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
