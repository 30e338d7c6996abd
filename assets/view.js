// What both pages show: the state in words, errors, the progress bar, the wire log, the curl command.
// Only textContent and properties are set, never markup.

const byId = (id) => document.getElementById(id);

/** Element references, by id. A page has them all. */
export const form = byId('form');
export const message = byId('message');
export const interval = byId('interval');
export const token = byId('token');
export const stopButton = byId('stop');
export const received = byId('received');

const access = byId('access');
const arrival = byId('arrival');
const status = byId('status');
const error = byId('error');
const bar = byId('bar');
const count = byId('count');
const total = byId('total');
const wire = byId('wire');
const curl = byId('curl');
const copy = byId('copy');

/** state shows the state of the connection; word also selects the look, detail is for people. */
export function state(word, detail) {
  const busy = ['sending', 'connecting', 'streaming', 'reconnecting'].includes(word);
  arrival.dataset.state = word;
  if (status.textContent !== detail) status.textContent = detail;
  received.setAttribute('aria-busy', busy);
}

/** reveal scrolls what arrives into view, where the form fills a small screen. */
export function reveal() {
  arrival.scrollIntoView({block: 'nearest'});
}

/** fault shows an error in words and, where one field caused it, marks the field and moves there. */
export function fault(words, field) {
  if (error.textContent !== words) error.textContent = words; // said once, not at every attempt
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

export function clearFault() {
  error.textContent = '';
  for (const field of [message, interval, token]) field.removeAttribute('aria-invalid');
}

/** askForToken shows the field for the token, which most servers do not need. */
export function askForToken() {
  access.hidden = false;
}

/** offer sets the one button that stops and resumes: 'Stop', 'Resume', or '' for neither. */
export function offer(label) {
  // A focused button that is disabled would drop the keyboard's place on the page.
  if (!label && document.activeElement === stopButton) byId('send').focus();
  stopButton.disabled = !label;
  stopButton.textContent = label || 'Stop';
}

/** progress shows how many chunks of how many have come; all is undefined while it is unknown. */
export function progress(some, all) {
  bar.max = all ?? 1;
  bar.value = some;
  count.textContent = some;
  total.textContent = all ?? '–';
}

/** follow shows the curl command for the stream at url. */
export function follow(url) {
  curl.textContent = `curl -N "${url}"`;
  copy.disabled = false;
}

copy.addEventListener('click', async () => {
  getSelection().selectAllChildren(curl); // where the clipboard is closed to pages, Ctrl+C is left
  try {
    await navigator.clipboard.writeText(curl.textContent);
  } catch {
    return;
  }
  copy.textContent = 'Copied';
  copy.addEventListener('blur', () => { copy.textContent = 'Copy'; }, {once: true});
});

const wireLines = 50;
let lines = [];

/** logEvent keeps an event for the wire log as it stood on the wire; paintWire shows it. */
export function logEvent(type, id, data) {
  if (type !== 'message') lines.push(`event: ${type}`);
  if (id) lines.push(`id: ${id}`);
  lines.push(`data: ${data}`, '');
  if (lines.length > wireLines) lines = lines.slice(-wireLines);
}

export function clearWire() {
  lines = [];
}

export function paintWire() {
  if (!wire.closest('details').open) return;
  wire.textContent = lines.join('\n');
  wire.scrollTop = wire.scrollHeight;
}

wire.closest('details').addEventListener('toggle', paintWire);
