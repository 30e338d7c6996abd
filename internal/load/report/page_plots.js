// The plots: what happened in each second, and the percentiles of each metric.

const seconds = report.timeline;
const ends = { ramp: report.windows.ramp_ms / 1000, steady: (report.windows.ramp_ms + report.windows.steady_ms) / 1000 };
const length = Math.max(seconds.length, 1);
const probeLimit = report.health.limit_ms;

const most = (value) => seconds.reduce((max, s) => Math.max(max, value(s)), 0);
const total = (values) => values.reduce((a, b) => a + b, 0);

// ---- over time ----

function timeScale(chart) {
  const x = linear(0, length, chart.left, chart.right);
  const shade = (from, to, name) => {
    if (to <= from) return;
    chart.add("rect", { class: "shade", x: x(from), width: x(to) - x(from), y: chart.top, height: chart.bottom - chart.top });
    if (x(to) - x(from) > 40) chart.text((x(from) + x(to)) / 2, chart.top + 13, "middle", name);
  };
  shade(0, Math.min(ends.ramp, length), "ramp");
  shade(ends.steady, length, "drain");
  chart.axisX(clockSteps(length, phone.matches ? 5 : 10), (s) => time(s * 1000), x);
  return x;
}

// overTime gives the points of a value in the middle of its second.
const overTime = (x, y, value) => seconds.map((s) => [x(s.at_s + 0.5), y(value(s))]);

function tellTime(chart, x, tell) {
  chart.tells((px) => {
    const s = seconds[Math.min(Math.max(Math.floor(x.invert(px)), 0), seconds.length - 1)];
    return { x: x(s.at_s + 0.5), text: `second ${s.at_s}\n` + tell(s) };
  }, Math.max(x(1) - x(0), 4));
}

function eventsChart() {
  if (!most((s) => s.events + s.errors)) return;
  const chart = new Chart("Events per second", "By arrival, all clients together.", [conceptTexts.throughput[1]]);
  const errors = most((s) => s.errors);
  chart.finding(`${short(report.rates.events_per_second)} per second in the steady window` +
    (errors ? `; errors in ${whole(seconds.filter((s) => s.errors).length)} of ${whole(length)} seconds, at most ${whole(errors)} in one.` : ", without errors."));
  if (errors) chart.legend(["c-main", "events"], ["c-bad dotted", "errors"]);
  const steps = niceSteps(Math.max(most((s) => s.events), errors), 1);
  const y = linear(0, steps.at(-1), chart.bottom, chart.top);
  const x = timeScale(chart);
  chart.axisY(steps, short, y);
  chart.area(overTime(x, y, (s) => s.events), "c-main");
  if (errors) chart.outlined(overTime(x, y, (s) => s.errors), "c-bad dotted");
  tellTime(chart, x, (s) => `events ${whole(s.events)}\nerrors ${whole(s.errors)}`);
}

function clientsChart() {
  const open = most((s) => s.open);
  const planned = most((s) => s.planned);
  if (!open && !planned) return;
  const chart = new Chart("Clients", "Planned, and connected at the end of each second.", [
    "The plan says when each client connects, whatever the server does. The open line should follow it and stay there until streams end.",
    "If it stays below, the server refuses or loses connections: see the errors. If it follows late, the server accepts slowly.",
  ]);
  chart.finding(`At most ${whole(open)} connected at once, of ${whole(planned)} planned.`);
  chart.legend(["c-second dashed", "planned"], ["c-main", "open"]);
  const steps = niceSteps(Math.max(open, planned), 1);
  const y = linear(0, steps.at(-1), chart.bottom, chart.top);
  const x = timeScale(chart);
  chart.axisY(steps, short, y);
  chart.area(overTime(x, y, (s) => Math.max(s.open, 0)), "c-main");
  chart.outlined(overTime(x, y, (s) => s.planned), "c-second dashed");
  tellTime(chart, x, (s) => `planned ${whole(s.planned)}\nopen ${whole(s.open)}\nerrors ${whole(s.errors)}`);
}

// columnsOfTime sums the rows of several seconds, where there are more of them
// than can be drawn.
function columnsOfTime(buckets) {
  const per = Math.ceil(seconds.length / (phone.matches ? 100 : 200));
  const columns = [];
  for (let from = 0; from < seconds.length; from += per) {
    const sum = new Array(buckets).fill(0);
    for (const s of seconds.slice(from, from + per)) s.lateness.forEach((n, i) => (sum[i] += n));
    columns.push({ from, to: Math.min(from + per, seconds.length), sum });
  }
  return columns;
}

// heatChart shows how many of the events that were due in a second were late by how much.
function heatChart() {
  const buckets = most((s) => s.lateness.length);
  if (!buckets) return;
  const chart = new Chart("Lateness over time", "The stronger the colour, the more of the events due then.", [
    "Each column is a moment of the run, each field a range of lateness. A strong field means that many of the events due then were late by that much. The line is the p99 of each second.",
    "Good: a flat band at the bottom, and a p99 close above it.",
    "If not: a single peak is a pause of the server, its cause is to be found at that time in its log. A band that climbs means that it falls behind further and further.",
  ]);
  const worst = seconds.reduce((a, b) => (b.lateness_p99_ms > a.lateness_p99_ms ? b : a));
  chart.finding(`The worst second is number ${worst.at_s}: p99 up to ${time(worst.lateness_p99_ms)}.`);
  chart.legend(["c-second", "p99"]);
  const edges = report.heat_edges_ms;
  const low = edges[1] / 2; // the first bucket begins at 0, which has no place on this axis
  const high = edges[Math.min(buckets, edges.length - 1)] * 1.6; // room for the names of the windows
  const y = log(low, high, chart.bottom, chart.top);
  const x = timeScale(chart);
  const columns = columnsOfTime(buckets);
  const fullest = Math.max(...columns.flatMap((c) => c.sum));
  for (const { from, to, sum } of columns) {
    sum.forEach((n, i) => {
      if (n === 0) return;
      const upper = i + 1 < edges.length ? y(edges[i + 1]) : chart.top;
      const lower = i === 0 ? chart.bottom : y(edges[i]);
      chart.add("rect", {
        class: "c-heat", fill: "currentColor", x: x(from), width: Math.max(x(to) - x(from) - 0.6, 0.6),
        y: upper, height: Math.max(lower - upper, 0.6),
        "fill-opacity": (0.15 + 0.85 * (Math.log(1 + n) / Math.log(1 + fullest)) ** 1.5).toFixed(3),
      });
    });
  }
  chart.axisY(decades(low, high, "ms").filter((v) => v >= low && v <= high), time, y);
  chart.outlined(seconds.filter((s) => s.lateness.length).map((s) => [x(s.at_s + 0.5), y(s.lateness_p99_ms)]), "c-second");
  tellTime(chart, x, (s) => `p50 up to ${time(s.lateness_p50_ms)}\np99 up to ${time(s.lateness_p99_ms)}\nevents due ${whole(total(s.lateness))}`);
}

function processorChart() {
  if (!most((s) => s.cpu_share)) return;
  const cores = report.health.cores;
  const chart = new Chart("Generator: processor", `Share of its ${cores} core(s).`, [conceptTexts.health[1]]);
  chart.finding(`${percent(report.health.cpu_share)} in the steady window; over 80 % the run is invalid.`);
  const x = timeScale(chart);
  const y = linear(0, 1, chart.bottom, chart.top);
  chart.axisY([0, 0.25, 0.5, 0.75, 1], (v) => 100 * v + " %", y);
  chart.area(overTime(x, y, (s) => Math.min(s.cpu_share, 1)), "c-main");
  chart.limit(y(0.8), "limit");
  tellTime(chart, x, (s) => `processor ${percent(s.cpu_share)}`);
}

function probeChart() {
  if (!most((s) => s.probe_max_ms)) return;
  const chart = new Chart("Generator: its own event", "The worst lateness in each second of the event that it sends itself every 10 ms.", paragraphs("probe"));
  chart.finding(`p99 ${time(report.health.probe_p99_ms)} in the steady window; over ${time(probeLimit)} the run is invalid.`);
  const x = timeScale(chart);
  const steps = decades(0.1, Math.max(most((s) => s.probe_max_ms), probeLimit * 2), "ms");
  const y = log(0.1, steps.at(-1), chart.bottom, chart.top);
  chart.axisY(steps, time, y);
  chart.area(overTime(x, y, (s) => s.probe_max_ms), "c-main");
  chart.limit(y(probeLimit), "limit of the p99");
  tellTime(chart, x, (s) => `worst ${time(s.probe_max_ms)}`);
}

// ---- percentiles ----

// A narrow range of values would be flat on a log scale.
function valueScale(chart, metric) {
  const low = metric.min || Math.min(...metric.curve.map((p) => p[1]).filter((v) => v > 0), metric.max || 1);
  const steps = metric.min > 0 && metric.max / metric.min > 10 || metric.min === 0 && metric.max / low > 100
    ? decades(low, metric.max, metric.unit) : null;
  if (steps) return [steps, log(steps[0], steps.at(-1), chart.bottom, chart.top)];
  const even = niceSteps(metric.max, metric.unit === "events" ? 1 : 0);
  return [even, linear(0, even.at(-1), chart.bottom, chart.top)];
}

// percentScale places percentiles: stretched, so that each step to the right
// has a tenth of the values beyond it, or evenly.
function percentScale(chart, metric, stretched) {
  if (!stretched) return [[0, 25, 50, 75, 100], linear(0, 100, chart.left, chart.right)];
  const last = Math.max(metric.count, 10);
  const beyond = (p) => Math.min(1 / (1 - Math.min(p, 99.99999999) / 100), last);
  const inner = log(1, last, chart.left, chart.right);
  const marks = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999].filter((p) => 1 / (1 - p / 100) <= last * 1.0001);
  return [marks, (p) => inner(beyond(p))];
}

function percentileChart(name) {
  const metric = report.metrics[name];
  const text = metricText(name);
  const stretched = text.spread !== "even";
  const say = (v) => quantity(v, metric.unit);
  const chart = new Chart(text.title, text.caption, paragraphs(name));
  chart.finding(stretched
    ? `Half within ${say(metric.p50)}, 99 % within ${say(metric.p99)}, the largest ${say(metric.max)}.`
    : `Half have at least ${say(metric.p50)}; least ${say(metric.min)}, most ${say(metric.max)}.`);
  const [steps, y] = valueScale(chart, metric);
  const [marks, x] = percentScale(chart, metric, stretched);
  chart.axisY(steps, say, y);
  for (const p of marks) chart.add("line", { class: "grid", x1: x(p), x2: x(p), y1: chart.top, y2: chart.bottom });
  chart.axisX(marks, (p) => (p === 0 ? "min" : p + " %"), x);
  chart.area(metric.curve.map(([p, v]) => [x(p), y(v)]), "c-main");
  chart.tells((px) => {
    const [p, v] = metric.curve.reduce((best, point) => (Math.abs(x(point[0]) - px) < Math.abs(x(best[0]) - px) ? point : best));
    return { x: x(p), text: `${+p.toPrecision(7)} % have\nat most ${say(v)}` };
  }, 12);
}

function charts() {
  byId("charts").replaceChildren();
  tip.hide();
  const first = metricNames.filter((name) => name === "lateness" || name === "latency");
  first.forEach(percentileChart);
  heatChart();
  eventsChart();
  clientsChart();
  metricNames.filter((name) => !first.includes(name) && name !== "probe").forEach(percentileChart);
  processorChart();
  probeChart();
  byId("plots").hidden = !byId("charts").hasChildNodes();
}
