// The grid of many streams, in one canvas: a cell fills as its stream comes. Each state has a sign beside its colour.

const gap = 2; // CSS pixels between cells
const [smallest, largest] = [12, 44]; // CSS pixels of a cell and its gap
const height = 360; // CSS pixels that the grid may take, if its cells are not the smallest then

/** Grid paints in its canvas, which is as wide as its parent. */
export class Grid {
  #canvas;
  #context;
  #count = 0;
  #columns = 1;
  #pitch = largest; // CSS pixels from one cell to the next
  #inks = {}; // colours, by name

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
  }

  get columns() {
    return this.#columns;
  }

  /** lay makes room for this many cells, empties all, and reads the colours anew. */
  lay(count) {
    const width = this.#canvas.parentElement.clientWidth;
    const fitting = Math.max(smallest, Math.min(largest, Math.sqrt(width * height / count)));
    this.#count = count;
    this.#columns = Math.max(1, Math.round(width / fitting));
    this.#pitch = width / this.#columns;
    const rows = Math.ceil(count / this.#columns);
    size(this.#canvas, width, Math.ceil(rows * this.#pitch), this.#context);
    this.#inks = inks(this.#canvas);
  }

  /** paint shows a cell in a state, filled to a share of 0 to 1. */
  paint(index, word, share) {
    const {x, y, side} = this.place(index);
    this.#context.clearRect(x, y, side, side);
    cell(this.#context, this.#inks, x + gap / 2, y + gap / 2, side - gap, word, share);
  }

  /** place is where a cell is, in CSS pixels from the corner of the canvas. */
  place(index) {
    const pitch = this.#pitch;
    const [column, row] = [index % this.#columns, Math.floor(index / this.#columns)];
    return {x: Math.round(column * pitch), y: Math.round(row * pitch), side: Math.floor(pitch)}; // sharp edges
  }

  /** at answers the index of the cell at a place, -1 if there is none. */
  at(x, y) {
    const [column, row] = [Math.floor(x / this.#pitch), Math.floor(y / this.#pitch)];
    const index = row * this.#columns + column;
    return column >= 0 && column < this.#columns && row >= 0 && index < this.#count ? index : -1;
  }
}

/** sample paints one cell alone, for a legend. */
export function sample(canvas, word) {
  const side = 16;
  const context = canvas.getContext('2d');
  size(canvas, side, side, context);
  cell(context, inks(canvas), 0, 0, side, word, ['connecting', 'waiting', 'refused'].includes(word) ? 0 : 0.6);
}

function size(canvas, width, height, context) {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context.scale(scale, scale);
}

function inks(canvas) {
  const style = getComputedStyle(canvas);
  const names = ['empty', 'edge', 'fill', 'wait', 'still', 'good', 'bad', 'mark', 'sign'];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--cell-${name}`).trim()]));
}

// How each state looks: the ink of what has come, and lines from and to shares of the side of the cell.
const looks = {
  connecting: {ink: 'fill'},
  waiting: {ink: 'wait', lines: [[[0.25, 0.5], [0.75, 0.5]]]},
  streaming: {ink: 'fill'},
  stale: {ink: 'wait', lines: [[[0.36, 0.28], [0.36, 0.72]], [[0.64, 0.28], [0.64, 0.72]]]},
  reconnecting: {ink: 'wait', lines: [[[0.2, 0.8], [0.8, 0.2]]]},
  refused: {ink: 'wait', lines: [[[0.3, 0.3], [0.7, 0.7]], [[0.7, 0.3], [0.3, 0.7]]]},
  complete: {ink: 'good', solid: true, lines: [[[0.24, 0.52], [0.42, 0.7], [0.76, 0.32]]]},
  failed: {ink: 'bad', solid: true, lines: [[[0.28, 0.28], [0.72, 0.72]], [[0.72, 0.28], [0.28, 0.72]]]},
  stopped: {ink: 'still', bare: true},
};

function cell(context, inks, x, y, side, word, share) {
  const {ink, lines, solid, bare} = looks[word];
  context.fillStyle = inks.empty;
  context.fillRect(x, y, side, side);
  const filled = Math.ceil(side * (solid ? 1 : share));
  context.fillStyle = inks[ink];
  context.fillRect(x, y + side - filled, side, filled);
  if (!bare && !solid) outline(context, inks.edge, x, y, side);
  if (lines) draw(context, lines, solid ? inks.sign : inks.mark, x, y, side);
}

function outline(context, colour, x, y, side) {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
}

function draw(context, lines, colour, x, y, side) {
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1.5, side / 12);
  context.beginPath();
  for (const [[fromX, fromY], ...rest] of lines) {
    context.moveTo(x + fromX * side, y + fromY * side);
    for (const [toX, toY] of rest) context.lineTo(x + toX * side, y + toY * side);
  }
  context.stroke();
}
