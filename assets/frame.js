// Chunks may come every millisecond; the screen shows about sixty pictures a second.

/** Painter calls paint at most once per frame of the screen, however often it is told that there is something new. */
export class Painter {
  #paint;
  #frame = 0; // the requested animation frame, 0 for none

  constructor(paint) {
    this.#paint = paint;
  }

  /** soon paints with the next frame. */
  soon() {
    this.#frame ||= requestAnimationFrame(() => this.now());
  }

  /** now paints at once. */
  now() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#paint();
  }
}
