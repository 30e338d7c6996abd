// How much text was shown when: a bar for each short while, in a canvas.

const most = 200; // bars; with more, two become one
const height = 72; // CSS pixels
const least = 4000; // milliseconds that a chart is wide at first

/** Chart counts what is added, and paints it as bars. Times are in milliseconds. */
export class Chart {
  width = 50; // milliseconds of a bar
  #canvas;
  #bars = []; // characters
  #begun; // when the first bar begins, undefined before

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** begin empties the chart, whose time begins now. */
  begin(now) {
    this.#begun = now;
    this.#bars = [];
    this.width = 50;
  }

  add(characters, now) {
    const bar = this.#reach(now);
    this.#bars[bar] = (this.#bars[bar] ?? 0) + characters;
  }

  /** highest is the most that a bar has. */
  get highest() {
    return this.#bars.reduce((highest, bar) => Math.max(highest, bar ?? 0), 0);
  }

  /** reaches is how long the time is that it shows, in milliseconds. */
  get reaches() {
    return Math.max(least, this.#bars.length * this.width);
  }

  /** paint shows all, with `highest` characters as high as the canvas, and `reaches` milliseconds as wide. */
  paint(highest, reaches) {
    const canvas = this.#canvas;
    const scale = devicePixelRatio || 1;
    const width = canvas.clientWidth;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    context.scale(scale, scale);
    const style = getComputedStyle(canvas);
    context.fillStyle = style.color;
    const step = width * this.width / reaches;
    this.#bars.forEach((bar, index) => {
      const tall = Math.max(1, (height - 1) * bar / highest);
      context.fillRect(index * step, height - 1 - tall, Math.max(1, step - 1), tall);
    });
    context.fillStyle = style.borderBottomColor;
    context.fillRect(0, height - 1, width, 1);
  }

  // reach answers the bar of this time; there are never too many.
  #reach(now) {
    while (now - this.#begun >= most * this.width) this.#merge();
    return Math.floor((now - this.#begun) / this.width);
  }

  #merge() {
    const bars = [];
    this.#bars.forEach((bar, index) => { bars[index >> 1] = (bars[index >> 1] ?? 0) + bar; });
    this.#bars = bars;
    this.width *= 2;
  }
}
