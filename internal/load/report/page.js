"use strict";
// Draws the report, which is in the constant of that name. Nothing here asks the network.

// ---- small parts ----

const byId = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const whole = (n) => Math.round(n).toLocaleString("en").replaceAll(",", "\u202f");

function short(n) {
  if (n >= 1e6) return +(n / 1e6).toPrecision(3) + " M";
  if (n >= 1e4) return +(n / 1e3).toPrecision(3) + " k";
  return whole(n);
}

function figure(v) {
  if (v === 0) return "0";
  return v < 10 ? v.toFixed(2) : v < 100 ? v.toFixed(1) : whole(v);
}

// time writes milliseconds with the unit that suits.
function time(ms) {
  if (ms === 0) return "0";
  if (ms < 1) return +(ms * 1000).toPrecision(3) + " µs";
  if (ms < 1000) return +ms.toPrecision(3) + " ms";
  return +(ms / 1000).toPrecision(3) + " s";
}

const percent = (share) => +(100 * share).toPrecision(4) + " %";

// ---- scales ----

function linear(from, to, low, high) {
  const scale = (v) => low + ((v - from) / (to - from || 1)) * (high - low);
  scale.invert = (p) => from + ((p - low) / (high - low)) * (to - from);
  return scale;
}

function log(from, to, low, high) {
  const inner = linear(Math.log(from), Math.log(to), low, high);
  return (v) => inner(Math.log(Math.max(v, from)));
}

// niceSteps gives round numbers from 0 to at least max.
function niceSteps(max, about = 4) {
  const raw = (max || 1) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((f) => f * power >= raw) * power;
  const steps = [];
  for (let i = 0; i * step < max + step; i++) steps.push(i * step);
  return steps;
}

// decades gives the powers of ten around a range of milliseconds.
function decades(min, max) {
  const steps = [];
  for (let e = Math.floor(Math.log10(min) + 1e-9); ; e++) {
    steps.push(10 ** e);
    if (10 ** e >= max) return steps.length > 1 ? steps : [steps[0] / 10, ...steps];
  }
}

// ---- a chart: a card with a frame, axes, and a tip that follows the pointer ----

const size = { width: 640, height: 260, left: 62, right: 14, top: 12, bottom: 30 };

class Chart {
  constructor(title, caption, height = size.height) {
    this.left = size.left;
    this.right = size.width - size.right;
    this.top = size.top;
    this.bottom = height - size.bottom;
    this.svg = draw("svg", { viewBox: `0 0 ${size.width} ${height}`, role: "img", "aria-label": title });
    this.caption = make("p", {}, caption);
    this.card = make("div", { class: "card" }, make("h2", {}, title), this.caption, this.svg);
    byId("charts").append(this.card);
  }

  add(tag, attributes) {
    const element = draw(tag, attributes);
    this.svg.append(element);
    return element;
  }

  text(x, y, anchor, content) {
    this.add("text", { x, y, "text-anchor": anchor }).textContent = content;
  }

  axisY(steps, label, scale) {
    for (const v of steps) {
      const y = scale(v);
      this.add("line", { class: "grid", x1: this.left, x2: this.right, y1: y, y2: y });
      this.text(this.left - 8, y + 4, "end", label(v));
    }
  }

  axisX(steps, label, scale) {
    for (const v of steps) this.text(scale(v), this.bottom + 19, "middle", label(v));
  }

  line(points, classes) {
    const path = points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    this.add("path", { class: "stroke " + classes, d: path });
    return path;
  }

  area(points, classes) {
    if (points.length === 0) return;
    const path = this.line(points, classes);
    const [first, last] = [points[0][0], points.at(-1)[0]];
    this.add("path", { class: "fill " + classes, d: `${path}L${last} ${this.bottom}L${first} ${this.bottom}Z` });
  }

  limit(y, label) {
    this.add("line", { class: "limit", x1: this.left, x2: this.right, y1: y, y2: y });
    this.text(this.left + 6, y - 5, "start", label);
  }

  legend(...entries) {
    const box = make("span", { class: "legend" });
    for (const [classes, name] of entries) box.append(make("span", { class: classes }, make("i"), name));
    this.caption.append(" ", box);
  }

  // hover shows what tell says about the pointer's place, and a line at the place that it names.
  hover(tell) {
    const cursor = this.add("line", { class: "cursor", y1: this.top, y2: this.bottom, visibility: "hidden" });
    const tip = byId("tip");
    this.svg.addEventListener("pointermove", (event) => {
      const box = this.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * size.width;
      const y = ((event.clientY - box.top) / box.width) * size.width;
      const told = x >= this.left - 4 && x <= this.right + 4 ? tell(x, y) : null;
      tip.hidden = !told;
      cursor.setAttribute("visibility", told ? "visible" : "hidden");
      if (!told) return;
      cursor.setAttribute("x1", told.x);
      cursor.setAttribute("x2", told.x);
      tip.textContent = told.text;
      const beyond = event.clientX + 16 + tip.offsetWidth > innerWidth;
      tip.style.left = event.clientX + (beyond ? -16 - tip.offsetWidth : 16) + "px";
      tip.style.top = event.clientY + 14 + "px";
    });
    this.svg.addEventListener("pointerleave", () => {
      tip.hidden = true;
      cursor.setAttribute("visibility", "hidden");
    });
  }
}

// ---- charts over time ----

const seconds = report.timeline;
const ends = { ramp: report.windows.ramp_ms / 1000, steady: (report.windows.ramp_ms + report.windows.steady_ms) / 1000 };
const length = Math.max(seconds.length, 1);

function timeScale(chart) {
  const x = linear(0, length, chart.left, chart.right);
  const shade = (from, to, name) => {
    if (to <= from) return;
    chart.add("rect", { class: "shade", x: x(from), width: x(to) - x(from), y: chart.top, height: chart.bottom - chart.top });
    if (x(to) - x(from) > 40) chart.text((x(from) + x(to)) / 2, chart.top + 13, "middle", name);
  };
  shade(0, Math.min(ends.ramp, length), "ramp");
  shade(ends.steady, length, "drain");
  chart.axisX(niceSteps(length, 8).filter((s) => s <= length), (s) => s + " s", x);
  return x;
}

// overTime gives the points of a value in the middle of its second.
const overTime = (x, y, value) => seconds.map((s) => [x(s.at_s + 0.5), y(value(s))]);

function hoverTime(chart, x, tell) {
  chart.hover((px) => {
    const s = seconds[Math.min(Math.max(Math.floor(x.invert(px)), 0), seconds.length - 1)];
    return s && { x: x(s.at_s + 0.5), text: `second ${s.at_s}\n` + tell(s) };
  });
}

function clientsChart() {
  const chart = new Chart("Clients", "Planned opens, and what is open after each second.");
  chart.legend(["c-second", "planned"], ["c-main", "open"]);
  const steps = niceSteps(Math.max(...seconds.map((s) => Math.max(s.planned, s.open)), 1));
  const y = linear(0, steps.at(-1), chart.bottom, chart.top);
  const x = timeScale(chart);
  chart.axisY(steps, short, y);
  chart.area(overTime(x, y, (s) => Math.max(s.open, 0)), "c-main");
  chart.line(overTime(x, y, (s) => s.planned), "c-second thin dashed");
  hoverTime(chart, x, (s) => `planned ${whole(s.planned)}\nopen ${whole(s.open)}\nerrors ${whole(s.errors)}`);
}

function eventsChart() {
  const chart = new Chart("Events per second", "By arrival, all clients together.");
  const errors = seconds.some((s) => s.errors > 0);
  if (errors) chart.legend(["c-main", "events"], ["c-bad", "errors"]);
  const steps = niceSteps(Math.max(...seconds.map((s) => Math.max(s.events, s.errors)), 1));
  const y = linear(0, steps.at(-1), chart.bottom, chart.top);
  const x = timeScale(chart);
  chart.axisY(steps, short, y);
  chart.area(overTime(x, y, (s) => s.events), "c-main");
  if (errors) chart.line(overTime(x, y, (s) => s.errors), "c-bad thin");
  hoverTime(chart, x, (s) => `events ${whole(s.events)}\nerrors ${whole(s.errors)}`);
}

// heatChart shows how many of the events that were due in a second were late by how much.
function heatChart() {
  const chart = new Chart("Lateness over time", "The stronger the colour, the more of the events due then.");
  const rows = seconds.map((s) => s.lateness.length);
  const top = Math.max(...rows, 1);
  if (!seconds.some((s) => s.lateness.length > 0)) return nothing(chart, noSchedule);
  chart.legend(["c-second", "p99"]);
  const edges = report.heat_edges_ms;
  const low = edges[1] / 2; // the first bucket begins at 0, which has no place on this axis
  const high = edges[Math.min(top, edges.length - 1)] * 1.6; // room for the names of the windows
  const y = log(low, high, chart.bottom, chart.top);
  const x = timeScale(chart);
  const per = Math.ceil(seconds.length / 200); // seconds in a column, so that a long run can be drawn
  const columns = [];
  for (let from = 0; from < seconds.length; from += per) {
    const sum = new Array(top).fill(0);
    for (const s of seconds.slice(from, from + per)) s.lateness.forEach((n, i) => (sum[i] += n));
    columns.push({ from, to: Math.min(from + per, seconds.length), sum });
  }
  const most = Math.max(...columns.flatMap((c) => c.sum));
  for (const { from, to, sum } of columns) {
    sum.forEach((n, i) => {
      if (n === 0) return;
      const upper = i + 1 < edges.length ? y(edges[i + 1]) : chart.top;
      const lower = i === 0 ? chart.bottom : y(edges[i]);
      chart.add("rect", {
        class: "c-heat", fill: "currentColor", x: x(from), width: Math.max(x(to) - x(from) - 0.6, 0.6),
        y: upper, height: Math.max(lower - upper, 0.6),
        "fill-opacity": (0.1 + 0.9 * (Math.log(1 + n) / Math.log(1 + most)) ** 1.5).toFixed(3),
      });
    });
  }
  chart.axisY(decades(low, high).filter((v) => v >= low && v <= high), time, y);
  chart.line(seconds.filter((s) => s.lateness.length).map((s) => [x(s.at_s + 0.5), y(s.lateness_p99_ms)]), "c-second thin");
  hoverTime(chart, x, (s) => `p50 up to ${time(s.lateness_p50_ms)}\np99 up to ${time(s.lateness_p99_ms)}\nevents due ${whole(s.lateness.reduce((a, b) => a + b, 0))}`);
}

function healthCharts() {
  const cpu = new Chart("Generator: processor", `Share of its ${report.health.cores} core(s). Over 80 % in the steady window the run is invalid.`, 190);
  let x = timeScale(cpu);
  let y = linear(0, 1, cpu.bottom, cpu.top);
  cpu.axisY([0, 0.25, 0.5, 0.75, 1], (v) => 100 * v + " %", y);
  cpu.area(overTime(x, y, (s) => Math.min(s.cpu_share, 1)), "c-main");
  cpu.limit(y(0.8), "limit");
  hoverTime(cpu, x, (s) => `processor ${percent(s.cpu_share)}`);

  const probe = new Chart("Generator: its own event", "Worst lateness of the event it sends itself every 10 ms. Invalid if the p99 is over " + time(report.health.limit_ms) + ".", 190);
  x = timeScale(probe);
  const steps = decades(0.1, Math.max(...seconds.map((s) => s.probe_max_ms), 2 * report.health.limit_ms));
  y = log(0.1, steps.at(-1), probe.bottom, probe.top);
  probe.axisY(steps, time, y);
  probe.area(overTime(x, y, (s) => s.probe_max_ms), "c-main");
  probe.limit(y(report.health.limit_ms), "limit of the p99");
  hoverTime(probe, x, (s) => `worst ${time(s.probe_max_ms)}`);
}

// ---- percentile curves ----

function nothing(chart, why = "nothing measured") {
  chart.text((chart.left + chart.right) / 2, (chart.top + chart.bottom) / 2, "middle", why);
}

const noSchedule = report.settings.interval_ms ? undefined : "no schedule: only with --interval is it known when events are due";

// percentileChart spreads the tail: each step to the right has a tenth of the values beyond it.
function percentileChart(title, name, caption) {
  const metric = report.metrics[name];
  const chart = new Chart(title, caption);
  if (!metric || metric.count === 0) return nothing(chart, name === "lateness" ? noSchedule : undefined);
  const beyond = (p) => Math.min(1 / (1 - Math.min(p, 99.99999999) / 100), Math.max(metric.count, 10));
  const points = metric.curve;
  const low = Math.max(Math.min(...points.map((p) => p[1]).filter((v) => v > 0), metric.max || 1), 0.01);
  const steps = decades(low, Math.max(metric.max, low * 1.01));
  const x = log(1, Math.max(metric.count, 10), chart.left, chart.right);
  const y = log(steps[0], steps.at(-1), chart.bottom, chart.top);
  chart.axisY(steps, time, y);
  const marks = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999].filter((p) => 1 / (1 - p / 100) <= Math.max(metric.count, 10) * 1.0001);
  for (const p of marks) {
    const px = x(beyond(p));
    chart.add("line", { class: "grid", x1: px, x2: px, y1: chart.top, y2: chart.bottom });
  }
  chart.axisX(marks, (p) => (p === 0 ? "min" : p + " %"), (p) => x(beyond(p)));
  chart.area(points.map(([p, v]) => [x(beyond(p)), y(v)]), "c-main");
  chart.hover((px) => {
    let best = points[0];
    for (const point of points) if (Math.abs(x(beyond(point[0])) - px) < Math.abs(x(beyond(best[0])) - px)) best = point;
    return { x: x(beyond(best[0])), text: `${+best[0].toPrecision(7)} % within ${time(best[1])}` };
  });
}

// ---- head, tiles and tables ----

function head() {
  const s = report.settings;
  byId("outcome").textContent = report.outcome;
  byId("outcome").classList.add(report.outcome);
  byId("target").textContent = s.target;
  const interval = s.interval_ms ? `an event every ${time(s.interval_ms)}` : "interval not known";
  byId("about").textContent = `${whole(s.clients)} clients, ${s.protocol}, ${s.kind}, ${interval} · ` +
    `ramp ${time(report.windows.ramp_ms)}, steady ${time(report.windows.steady_ms)}, drain ${time(report.windows.drain_ms)} · ` +
    new Date(report.started).toISOString().replace("T", " ").slice(0, 16) + " UTC";
  if (report.health.complaints.length) {
    byId("complaints").hidden = false;
    byId("complaints").append(...report.health.complaints.map((c) => make("p", {}, c)));
  }
  const g = report.generator;
  byId("made").textContent = `${g.name} ${g.version}, ${g.go}, ${g.system}. Lateness and the time between events are those of the steady window, counts those of the whole run.`;
}

function tile(name, value, unit, note, mood = "") {
  byId("tiles").append(make("div", { class: "tile " + mood },
    make("div", { class: "name" }, name),
    make("div", { class: "value" }, value, " ", make("small", {}, unit)),
    make("div", { class: "note" }, note)));
}

function tiles() {
  const { counts: c, metrics: m, rates } = report;
  const timed = (name, v, note) => { const [value, unit = ""] = time(v).split(" "); tile(name, value, unit, note); };
  tile("Events per second", short(rates.events_per_second), "", `${short(c.events)} in all`);
  if (m.lateness && m.lateness.count) {
    timed("Lateness, median", m.lateness.p50, `p90 ${time(m.lateness.p90)}`);
    timed("Lateness, p99", m.lateness.p99, `p99.9 ${time(m.lateness.p99_9)}, max ${time(m.lateness.max)}`);
  } else if (m.itl) {
    timed("Inter-token latency, median", m.itl.p50, `p99 ${time(m.itl.p99)}, max ${time(m.itl.max)}`);
  }
  if (m.ttfe) timed("First event, p99", m.ttfe.p99, `median ${time(m.ttfe.p50)}`);
  const wrong = c.lost + c.duplicate + c.reordered + c.corrupt;
  tile("Wrong events", whole(wrong), "", wrong ? `${c.lost} lost, ${c.duplicate} double, ${c.reordered} out of order, ${c.corrupt} corrupt` : "none lost, double, reordered, corrupt", wrong ? "bad" : "good");
  if (rates.goodput !== null) tile("Goodput", +(100 * rates.goodput).toPrecision(4), "%", `${whole(c.good)} of ${whole(c.judged)} streams`, rates.goodput < 1 ? "" : "good");
  tile("Streams", short(c.streams), "", `${whole(c.completed)} completed, ${whole(c.failed)} failed`, c.failed ? "bad" : "");
}

const row = (...cells) => make("tr", {}, ...cells.map((c) => (c instanceof Node ? c : make("td", {}, String(c)))));

function tables() {
  const columns = ["count", "min", "mean", "p50", "p90", "p95", "p99", "p99_9", "max"];
  byId("metrics").append(make("tr", {}, ...["", ...columns, ""].map((c) => make("th", {}, c.replace("_", ".")))));
  for (const [name, m] of Object.entries(report.metrics)) {
    const label = name + (m.unit === "ms" ? " ms" : "");
    byId("metrics").append(row(label, ...columns.map((c) => (c === "count" ? whole(m[c]) : m.count ? figure(m[c]) : "–")), make("td", { class: "text" }, m.meaning)));
  }
  for (const t of report.thresholds) {
    byId("thresholds").append(row(make("td", { class: t.pass ? "yes" : "no" }, (t.pass ? "✓ " : "✗ ") + t.threshold), t.observed_text));
  }
  for (const [name, n] of Object.entries(report.counts)) byId("counts").append(row(name.replaceAll("_", " "), whole(n)));
  for (const [name, n] of Object.entries(report.errors)) byId("errors").append(row(name.replaceAll("_", " "), whole(n)));
  if (Object.keys(report.errors).length === 0) byId("errors").append(row("none"));
  for (const [name, v] of Object.entries(report.settings)) {
    if (name === "target") continue;
    byId("settings").append(row(name.replace(/_ms$/, "").replaceAll("_", " "), name.endsWith("_ms") ? time(v) : String(v)));
  }
}

function theme() {
  const root = document.documentElement;
  root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  byId("theme").addEventListener("click", () => { root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"; });
}

theme();
head();
tiles();
percentileChart("Lateness by percentile", "lateness", "How late a given share of the events was at most. Log scales.");
heatChart();
eventsChart();
clientsChart();
percentileChart("Time to first event", "ttfe", "From the planned open to the first event, whole run.");
percentileChart("Time between events", "itl", "Inter-token latency: the time between two events of one stream.");
healthCharts();
tables();
