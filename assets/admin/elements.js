// The elements that the operator's pages are made of.

/** part makes an element with a text. */
export function part(name, className = '', text = '') {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/** link makes a link. */
export function link(href, text) {
  const element = part('a', '', text);
  element.href = href;
  return element;
}

/** button makes a button that calls act. */
export function button(text, act) {
  const element = part('button', '', text);
  element.type = 'button';
  element.addEventListener('click', act);
  return element;
}

/** write gives an element a text, and leaves it alone if it has that already. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
