// Numbers as people read them, and scales for them.

const whole = (n) => Math.round(n).toLocaleString("en").replaceAll(",", "\u202f");

const digits = (v) => String(+v.toPrecision(3));

function short(n) {
  if (n >= 1e9) return digits(n / 1e9) + " G";
  if (n >= 1e6) return digits(n / 1e6) + " M";
  if (n >= 1e4) return digits(n / 1e3) + " k";
  return n >= 100 ? whole(n) : digits(n);
}

// time writes milliseconds with the unit that suits.
function time(ms) {
  if (ms === 0) return "0";
  if (ms < 0.9995) return digits(ms * 1000) + " µs";
  if (ms < 999.5) return digits(ms) + " ms";
  if (ms < 119.5e3) return digits(ms / 1000) + " s";
  if (ms < 119.5 * 60e3) return digits(ms / 60e3) + " min";
  return digits(ms / 3600e3) + " h";
}

const percent = (share) => +(100 * share).toPrecision(4) + " %";

// quantity writes a value of a metric with its unit.
function quantity(v, unit) {
  switch (unit) {
    case "ms": return time(v);
    case "events/s": return short(v) + " /s";
    case "bytes/s": return short(v) + (v >= 1e4 ? "B/s" : " B/s");
    case "events": return short(v);
  }
  return short(v) + " " + unit;
}

function linear(from, to, low, high) {
  const scale = (v) => low + ((v - from) / (to - from || 1)) * (high - low);
  scale.invert = (p) => from + ((p - low) / (high - low)) * (to - from);
  return scale;
}

function log(from, to, low, high) {
  const inner = linear(Math.log(from), Math.log(to), low, high);
  return (v) => inner(Math.log(Math.max(v, from)));
}

// niceSteps gives about five round numbers from 0 to at least max, no closer
// than least.
function niceSteps(max, least = 0) {
  const raw = Math.max((max || 1) / 4, least);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((f) => f * power >= raw) * power;
  const steps = [];
  for (let i = 0; i * step < max + step; i++) steps.push(i * step);
  return steps;
}

// clockSteps gives round moments, in seconds, from 0 to at most max.
function clockSteps(max, about) {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find((s) => max / s <= about) ?? 3600 * Math.ceil(max / 3600 / about);
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
}

const roundTimes = [0.001, 0.01, 0.1, 1, 10, 100, 1e3, 1e4, 6e4, 6e5, 3.6e6, 3.6e7]; // ms

// decades gives powers of ten around a range; of times, those that are round on
// a clock.
function decades(min, max, unit) {
  const powers = Array.from({ length: 19 }, (_, i) => 10 ** (i - 6));
  const all = unit === "ms" ? roundTimes : powers;
  const first = Math.max(all.findLastIndex((v) => v <= min * 1.0001), 0);
  const last = all.findIndex((v) => v >= max);
  return all.slice(Math.min(first, all.length - 2), Math.max(last < 0 ? all.length : last + 1, first + 2));
}
