// Words that change while somebody listens.

/** say shows the words in a live region. It is not read out again if only a number has changed, as those that count do each second. */
export function say(element, words) {
  const before = element.textContent;
  if (before === words) return;
  element.ariaLive = uncounted(before) === uncounted(words) ? 'off' : 'polite';
  element.textContent = words;
}

/** uncounted is the words without their numbers. */
export function uncounted(words) {
  return words.replace(/\d[\d,]*/g, '#');
}
