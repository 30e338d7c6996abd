// Draws the lanes of both clients on one canvas and one scale of time: on top how far each client is in the text, below
// it the state of its connection, and the ids behind which it went on.

const labels = {connecting: 'connecting', live: 'live', asleep: 'asleep'};

// Heights in CSS pixels, from the top of a lane.
const title = 24;
const climb = 84; // the curve of positions
const gap = 8;
const band = 20; // the states
const ids = 20;
const lane = title + climb + gap + band + ids;
const between = 18; // two lanes
const axis = 26;
const column = 10; // what is on show at the end of a lane, position by position

/** Timeline paints lanes on a canvas. */
export class Timeline {
  #canvas;
  #context;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
  }

  /** paint draws lanes, each {title, lane, ledger, good}, as they stand at now, in milliseconds since the run began. */
  paint(lanes, now) {
    const canvas = this.#canvas;
    const width = canvas.clientWidth;
    const height = lanes.length * (lane + between) + axis;
    const ratio = devicePixelRatio;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const drawing = new Drawing(this.#context, getComputedStyle(canvas), width, range(now), now);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    drawing.axis(lanes.length * (lane + between), height);
    lanes.forEach((each, index) => drawing.lane(each, index * (lane + between)));
  }
}

const ranges = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600]; // seconds

/** range is how many milliseconds the scale has when the run is at now. */
export function range(now) {
  const seconds = ranges.find((seconds) => now <= seconds * 1000);
  return (seconds ?? Math.ceil(now / 600_000) * 600) * 1000;
}

/** Drawing is one picture. */
class Drawing {
  #context;
  #color;
  #font;
  #width;
  #range;
  #now;

  constructor(context, style, width, range, now) {
    this.#context = context;
    this.#color = (name) => style.getPropertyValue(`--${name}`).trim();
    this.#font = (size, weight = 400) => `${weight} ${size}px ${style.fontFamily}`;
    this.#width = width - column - gap;
    this.#range = range;
    this.#now = now;
  }

  #x(time) { return (time / this.#range) * this.#width; }

  #text(words, x, y, color, {size = 12, weight = 400, align = 'start'} = {}) {
    const context = this.#context;
    context.font = this.#font(size, weight);
    context.textAlign = align;
    context.textBaseline = 'middle';
    context.fillStyle = this.#color(color);
    context.fillText(words, x, y);
  }

  /** axis draws the seconds, and a line upwards from each. */
  axis(top, bottom) {
    const context = this.#context;
    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300].find((step) => this.#x(step * 1000) >= 56) ?? 600; // room for "0:05" and a gap
    for (let second = 0; second * 1000 <= this.#range; second += step) {
      const x = Math.min(Math.round(this.#x(second * 1000)) + .5, this.#width - .5);
      context.fillStyle = this.#color('line');
      context.fillRect(x - .5, title, 1, top - title);
      const last = (second + step) * 1000 > this.#range;
      this.#text(clock(second), x, (top + bottom) / 2, 'quiet', {align: second === 0 ? 'start' : last ? 'end' : 'center'});
    }
  }

  lane({title: words, lane, ledger, good}, top) {
    this.#text(words, 0, top + title / 2 - 2, 'ink', {size: 13, weight: 600});
    const end = Math.max(ledger.total ?? 0, 1);
    this.#climb(lane, top + title, end);
    this.#column(ledger, top + title, end);
    this.#states(lane, good, top + title + climb + gap);
    this.#ids(lane, top + title + climb + gap + band);
  }

  // The way through the text, upwards; what had come before in the colour of a fault, and dashed.
  #climb({climbs}, top, end) {
    const context = this.#context;
    const y = (position) => top + climb - 2 - (position / Math.max(end - 1, 1)) * (climb - 4);
    context.fillStyle = this.#color('line');
    context.fillRect(0, top + climb, this.#width, 1);
    context.lineWidth = 2.5;
    context.lineCap = context.lineJoin = 'round';
    for (const {again, points} of climbs) {
      context.strokeStyle = context.fillStyle = this.#color(again ? 'bad' : 'accent');
      context.setLineDash(again ? [1, 5] : []);
      context.beginPath();
      context.moveTo(this.#x(points[0][0]), y(points[0][1]));
      for (const [time, position] of points) context.lineTo(this.#x(time), y(position));
      if (points.length === 1) context.lineTo(this.#x(points[0][0]) + .1, y(points[0][1])); // a dot
      context.stroke();
    }
    context.setLineDash([]);
  }

  // What is on show, position by position: once, more than once, or not at all.
  #column(ledger, top, end) {
    const context = this.#context;
    const x = this.#width + gap;
    const bottom = top + climb;
    const fill = (ranges, color, inset) => {
      context.fillStyle = this.#color(color);
      for (const [first, last] of ranges) {
        const from = bottom - ((last + 1) / end) * climb;
        context.fillRect(x + inset, from, column - 2 * inset, Math.max(bottom - (first / end) * climb - from, 1));
      }
    };
    context.strokeStyle = this.#color('edge');
    context.lineWidth = 1;
    if (ledger.seen > 0) {
      fill([[0, end - 1]], 'accent', 0);
      for (const [first, last] of ledger.missing()) {
        const from = bottom - ((last + 1) / end) * climb;
        context.clearRect(x, from, column, Math.max(bottom - (first / end) * climb - from, 1));
      }
      fill(ledger.doubled(), 'bad', 0);
    }
    context.strokeRect(x + .5, top + .5, column - 1, climb);
  }

  #states({spans}, good, top) {
    for (const span of spans) {
      const from = this.#x(span.from);
      const over = ['ended', 'failed', 'stopped'].includes(span.state);
      if (over && span.to === undefined) {
        this.#end(span.state, good, from, top);
        continue;
      }
      const to = this.#x(span.to ?? this.#now);
      if (to - from < .5) continue;
      this.#state(span.state, from, to, top);
      if (!over) this.#name(this.#words(span), from, to, top, span.state);
    }
  }

  // A wait counts down to the connection that ends it; what has passed tells how long it was.
  #words({state, from, to, due}) {
    const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
    if (state === 'stale') return `silent ${seconds((to ?? this.#now) - from)}`;
    if (state !== 'reconnecting') return labels[state];
    return to === undefined && due > this.#now ? `again in ${seconds(due - this.#now)}` : `waited ${seconds((to ?? this.#now) - from)}`;
  }

  #state(state, from, to, top) {
    const context = this.#context;
    const width = Math.max(to - from, 1);
    const middle = top + band / 2;
    context.fillStyle = context.strokeStyle = this.#color({
      live: 'good', stale: 'wait', connecting: 'wait', failed: 'bad',
    }[state] ?? 'edge');
    context.lineWidth = 2;
    if (state === 'live') context.fillRect(from, top, width, band);
    else if (state === 'connecting') context.fillRect(from, top + 4, Math.max(width, 2), band - 8);
    else if (state === 'stale') this.#hatched(from, top, width);
    else this.#line(from, to, middle, [3, 3]);
  }

  #hatched(from, top, width) {
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(from, top, width, band);
    context.clip();
    context.beginPath();
    for (let x = from - band; x < from + width; x += 6) {
      context.moveTo(x, top + band);
      context.lineTo(x + band, top);
    }
    context.stroke();
    context.restore();
    context.strokeRect(from + 1, top + 1, Math.max(width - 2, 1), band - 2);
  }

  #line(from, to, y, dash) {
    const context = this.#context;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(to, y);
    context.stroke();
    context.setLineDash([]);
  }

  // The name of a state stands in its band where it fits, on the colour of the paper where the band is none.
  #name(words, from, to, top, state) {
    const context = this.#context;
    context.font = this.#font(11, 600);
    const wide = context.measureText(words).width;
    if (wide + 8 > to - from) return;
    const solid = state === 'live';
    if (!solid) {
      context.fillStyle = this.#color('sheet');
      context.fillRect((from + to - wide) / 2 - 3, top + 2, wide + 6, band - 4);
    }
    this.#text(words, (from + to) / 2, top + band / 2 + .5, solid ? 'sheet' : 'ink', {size: 11, weight: 600, align: 'center'});
  }

  // How it all ended: a word behind the last state, or on its band where the scale ends.
  #end(state, good, at, top) {
    const context = this.#context;
    const words = good ? '✓ complete' : {ended: '✕ ended', failed: '✕ gave up', stopped: '■ stopped'}[state];
    context.font = this.#font(11, 600);
    const wide = context.measureText(words).width;
    const color = good ? 'good' : good === false ? 'bad' : 'quiet';
    const fits = at + wide + 10 <= this.#width;
    if (!fits) {
      context.fillStyle = this.#color('sheet');
      context.fillRect(this.#width - wide - 8, top + 2, wide + 6, band - 4);
    }
    this.#text(words, fits ? at + 6 : this.#width - 5, top + band / 2 + .5, color, {size: 11, weight: 600, align: fits ? 'start' : 'end'});
  }

  // A tick for each connection, and what it asked to go on behind, where there is room.
  #ids({connections}, top) {
    const context = this.#context;
    let free = 0; // what is left of here is taken
    for (const {from, after} of connections) {
      const x = this.#x(from);
      context.fillStyle = this.#color('ink');
      context.fillRect(x, top - band - 3, 1.5, band + 7);
      const words = after === '' ? 'from the start' : `after ${after}`;
      context.font = this.#font(11);
      const wide = context.measureText(words).width;
      const at = Math.min(x, this.#width - wide);
      if (at < free) continue;
      this.#text(words, at, top + ids / 2 + 2, 'quiet', {size: 11});
      free = at + wide + 8;
    }
  }
}

/** clock writes a number of seconds. */
function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
