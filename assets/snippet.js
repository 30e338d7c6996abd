// What is on screen, for a shell and for a page of one's own.

import {Copier} from './copy.js';
import {escaped} from './escape.js';
import {at} from './stream.js';

/**
 * curl is the line that asks for the same. It does not tell a token: an Authorization header is written with the variable that
 * holds it. A body has to be JSON, or text without what cannot be seen.
 */
export function curl(url, {method, headers = {}, body} = {}) {
  const parts = [`curl -N "${safe(url)}"`];
  if (method === 'HEAD') parts.push('--head'); // with -X curl would wait for the body
  else if (method && method !== (body === undefined ? 'GET' : 'POST')) parts.push(`-X ${method}`);
  for (const [name, value] of Object.entries(headers)) {
    const secret = /^authorization$/i.test(name);
    parts.push(secret ? `-H "${name}: Bearer $SSESERVER_SEND_TOKEN"` : `-H ${quoted(`${name}: ${value}`)}`);
  }
  if (body !== undefined) parts.push(`${body.startsWith('@') ? '--data-raw' : '-d'} ${quoted(escaped(body))}`); // an @ would name a file
  return parts.join(' ');
}

/**
 * shortest is the least JavaScript that does the same. `take` is what it does with the data of an event, and `done` what ends
 * the stream: the type of an event, or a condition on {data}. attempts is for streams that cannot be resumed: 0.
 */
export function shortest(url, {method, headers, body, take = 'console.log(JSON.parse(data).chunk)', done = 'done', attempts} = {}) {
  if (method || headers || body !== undefined || done !== 'done') return withClient(url, {method, headers, body, take, done, attempts});
  return [
    `const stream = new EventSource('${safe(url)}');`,
    `stream.onmessage = ({data}) => ${take};`,
    `stream.addEventListener('done', () => stream.close());`,
  ].join('\n');
}

function withClient(url, {method, headers, body, take, done, attempts}) {
  const options = [];
  if (method || headers || body !== undefined) options.push(`transport: 'fetch'`);
  if (method || body !== undefined) options.push(`method: '${method ?? 'POST'}'`);
  if (headers) options.push(`headers: ${JSON.stringify(hidden(headers))}`);
  if (body !== undefined) options.push(`body: ${literal(body)}`);
  if (done !== 'done') options.push(`done: ${/^\w*$/.test(done) ? `'${done}'` : `({data}) => ${done}`}`);
  if (attempts !== undefined) options.push(`attempts: ${attempts}`);
  options.push(`on: {message: ({data}) => ${take}}`);
  return [
    `import {EventStream} from '${safe(at('sse-client.js'))}';`,
    `new EventStream('${safe(url)}', {`,
    ...options.map((option) => `  ${option},`),
    '}).open();',
  ].join('\n');
}

function hidden(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, /^authorization$/i.test(name) ? 'Bearer …' : value]));
}

// literal is JavaScript for a body, which is JSON as a rule: that is a literal itself.
function literal(body) {
  try {
    return `JSON.stringify(${escaped(JSON.stringify(JSON.parse(body)))})`;
  } catch {
    return escaped(JSON.stringify(body));
  }
}

// safe is an address that may stand in quotes of either kind, for a shell as for JavaScript.
function safe(url) {
  return String(url).replace(/[!'"$`\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Snippets shows both in its element, each with a button that copies it. */
export class Snippets {
  #curl;
  #script;

  constructor(container) {
    this.#curl = block(container, 'curl', 'curl');
    this.#script = block(container, 'JavaScript', 'script');
  }

  show({curl, script}) {
    this.#curl(curl);
    this.#script(script);
  }
}

// block makes the place for a text, and answers what shows one there.
function block(container, name, style) {
  const [figure, caption, button, pre, code] = ['figure', 'figcaption', 'button', 'pre', 'code'].map((tag) => document.createElement(tag));
  figure.className = 'snippet';
  caption.textContent = name;
  button.type = 'button';
  button.textContent = 'Copy';
  button.disabled = true;
  code.className = style;
  pre.tabIndex = 0;
  pre.role = 'region';
  pre.ariaLabel = name;
  pre.append(code);
  figure.append(caption, button, pre);
  container.append(figure);
  new Copier(button, () => code.textContent);
  return (text) => {
    code.textContent = text;
    button.disabled = false;
  };
}
