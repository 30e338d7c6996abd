// Notes what a naive client does, without a change to it: it is given the page's fetch and EventSource for the browser's.

const most = 5; // connections of a client that would go on for ever

/**
 * Watch tells of the connections of one client through `on`:
 *   connect()          one begins
 *   answered(status)   it is open
 *   bytes(bytes)       as they came; only with fetch
 *   lost(why)          it has ended
 *   spent()            the client wants yet another one, and the page has seen enough
 */
export class Watch {
  #on;
  #current = null; // what ends the connection that there is
  #count = 0;
  #stopped = false;

  constructor(on) {
    this.#on = on;
  }

  /** stop ends the connection that there is; the client gets no other one. */
  stop() {
    this.#stopped = true;
    this.#current?.abort();
  }

  /** fetch is the browser's, for a client that is watched. */
  fetch = async (url) => {
    const control = this.#begin();
    let response;
    try {
      response = await fetch(url, {signal: control.signal});
    } catch (error) {
      this.#lost(control, 'no answer');
      throw error;
    }
    this.#on.answered(response.status);
    if (!response.body || response.status === 204) { // which no other response can be made of
      this.#lost(control, `status ${response.status}`);
      return response;
    }
    const {status, statusText, headers} = response;
    return new Response(this.#passOn(response, control), {status, statusText, headers});
  };

  // A client that forgets a connection leaves it to the garbage collector, whose time is its own; six of them would be
  // all that the browser opens to a server.
  #begin() {
    this.#current?.abort();
    if (this.#stopped) throw new Error('stopped');
    const control = this.#current = new AbortController();
    this.#count++;
    this.#on.connect();
    return control;
  }

  #lost(control, why) {
    if (control === this.#current && !this.#stopped) this.#on.lost(why);
  }

  #passOn(response, control) {
    const reader = response.body.getReader();
    const ended = response.ok ? 'the response ended' : `status ${response.status}`;
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const {value, done} = await reader.read();
          if (done) {
            this.#lost(control, ended);
            controller.close();
            return;
          }
          this.#on.bytes(value);
          controller.enqueue(value);
        } catch (error) {
          this.#lost(control, 'connection lost');
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  /** EventSource is the browser's, for a client that is watched. */
  get EventSource() {
    const watch = this;
    return function (url) { // called with new, so it may answer another object
      return watch.#open(url);
    };
  }

  #open(url) {
    if (this.#stopped) return new Closed();
    if (this.#count === most) {
      this.#on.spent();
      return new Closed();
    }
    const control = this.#begin();
    const source = new EventSource(url);
    control.signal.addEventListener('abort', () => source.close());
    source.addEventListener('open', () => this.#on.answered(200));
    source.addEventListener('error', () => this.#lost(control, 'connection lost'));
    return source;
  }
}

/** Closed is an EventSource to which nothing ever happens. */
class Closed {
  close() {}
}
