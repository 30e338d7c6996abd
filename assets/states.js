// The state of a connection in words, and a second hand for those that count.

const quiet = 5000; // milliseconds without anything until it is worth saying

/**
 * describe says what a Stream's state(word, detail) means, silence being how long nothing has come, in milliseconds.
 * It is to be asked again each second: some of it counts.
 */
export function describe(word, {attempt = 0, error, waiting = false, seconds = () => 0} = {}, silence = 0) {
  const since = Math.floor(silence / 1000);
  switch (word) {
    case 'connecting':
      if (waiting) return unanswered();
      return attempt ? 'Reconnecting…' : 'Connecting…';
    case 'reconnecting':
      return `${lost(attempt, error)}. Reconnecting${soon(seconds())}…`;
    case 'stale':
      return `Nothing for ${since} s. The server may have stopped`;
    default:
      return silence < quiet ? 'Streaming' : `Nothing for ${since} s`;
  }
}

/** unanswered is what to say of a request that has had no answer for 3 seconds. */
export function unanswered() {
  if (!scarce()) return 'No answer yet. Still waiting…';
  return 'No answer yet. Over HTTP/1.1 a browser opens at most six connections to a server: close other tabs of this one, or use HTTPS.';
}

/** scarce says whether the page came over HTTP/1.1, where connections are few. */
export function scarce() {
  const [page] = performance.getEntriesByType('navigation');
  return page?.nextHopProtocol ? page.nextHopProtocol.startsWith('http/1') : location.protocol === 'http:';
}

function lost(attempt, error) {
  if (error?.answer?.code) return 'The server is busy'; // it says so itself, with 503 or the like
  return attempt > 1 ? 'The server cannot be reached' : 'Connection lost';
}

function soon(seconds) {
  return seconds ? ` in ${seconds} s` : '';
}

/** Ticker calls tick once a second while it runs. */
export class Ticker {
  #tick;
  #timer = 0;

  constructor(tick) {
    this.#tick = tick;
  }

  start() {
    this.#timer ||= setInterval(() => this.#tick(), 1000);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }
}
