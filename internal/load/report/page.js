// Draws the report, which is in the constant of that name. Nothing here asks
// the network. The other scripts of the page stand before this one.

// ---- head ----

function head() {
  const s = report.settings;
  byId("outcome").textContent = report.outcome;
  byId("outcome").classList.add(report.outcome);
  const unmet = report.thresholds.filter((t) => !t.pass).map((t) => t.threshold);
  byId("verdict").textContent = (outcomes[report.outcome] ?? "") + (unmet.length ? ` Not met: ${unmet.join(", ")}.` : "");
  byId("target").textContent = s.target;
  const interval = s.interval_ms ? `an event every ${time(s.interval_ms)}` : "interval not known";
  const w = report.windows;
  byId("about").textContent = `${whole(s.clients)} clients, ${s.protocol}, ${s.kind}, ${interval} · ` +
    `ramp ${time(w.ramp_ms)}, steady ${time(w.steady_ms)}, drain ${time(w.drain_ms)} · ` +
    new Date(report.started).toISOString().replace("T", " ").slice(0, 16) + " UTC" +
    (report.parts?.length ? ` · merged from ${report.parts.length} reports` : "");
  const complaints = [...report.health.complaints, ...(report.notes ?? [])];
  byId("complaints").hidden = complaints.length === 0;
  byId("complaints").append(...complaints.map((c) => make("p", {}, c)));
  const g = report.generator;
  byId("made").textContent = `${g.name} ${g.version}, ${g.go}, ${g.system}`;
}

// ---- tiles ----

// tile names its explanation; a mark, not only a colour, says good or bad.
function tile(about, name, value, note, mood = "") {
  const mark = { good: "✓ ", bad: "✗ " }[mood] ?? "";
  const [number, unit = ""] = value.split(" ");
  byId("tiles").append(make("div", { class: "tile " + mood },
    make("a", { class: "name", href: "#about-" + about }, name),
    make("div", { class: "value" }, mark + number, " ", make("small", {}, unit)),
    make("div", { class: "note" }, note)));
}

function tiles() {
  const { counts: c, metrics: m, rates } = report;
  const metricTile = (name, title, stat, note) => {
    if (!metricNames.includes(name)) return;
    const say = (key) => quantity(m[name][key], m[name].unit);
    tile(name, title, say(stat), note(say));
  };
  const tail = (say) => `p99.9 ${say("p99_9")}, max ${say("max")}`;
  tile("throughput", "Events per second", short(rates.events_per_second), `${short(c.events)} in all`);
  metricTile("lateness", "Lateness, median", "p50", (say) => `p90 ${say("p90")}`);
  metricTile("lateness", "Lateness, p99", "p99", tail);
  metricTile("latency", "Latency, p99", "p99", (say) => `median ${say("p50")}`);
  metricTile("ttfe", "First event, p99", "p99", (say) => `median ${say("p50")}`);
  if (!metricNames.includes("lateness")) metricTile("itl", "Time between events, p99", "p99", (say) => `median ${say("p50")}`);
  metricTile("event_rate", "Per stream, median", "p50", (say) => `events; least ${say("min")}`);
  if (rates.coalesced != null) tile("coalesced", "Coalesced", percent(rates.coalesced), "came with the event before");
  wrongTile(c);
  if (rates.goodput != null) tile("goodput", "Goodput", percent(rates.goodput), `${whole(c.good)} of ${whole(c.judged)} streams`, rates.goodput < 1 ? "bad" : "good");
  tile("streams", "Streams", short(c.streams), `${whole(c.completed)} completed, ${whole(c.failed)} failed`, c.failed ? "bad" : "");
}

function wrongTile(c) {
  const wrong = c.lost + c.duplicate + c.reordered + c.corrupt;
  const unseen = c.streams > 0 && c.unnumbered >= c.streams;
  if (unseen && !wrong) return tile("wrong", "Wrong events", "?", "events have no numbers, so nobody can tell");
  const note = wrong ? `${c.lost} lost, ${c.duplicate} duplicate, ${c.reordered} out of order, ${c.corrupt} corrupt` : "none lost, duplicate, out of order, corrupt";
  tile("wrong", "Wrong events", short(wrong), note, wrong ? "bad" : c.events ? "good" : "");
}

// ---- tables ----

const cell = (c) => (c instanceof Node ? c : make("td", {}, String(c)));
const row = (name, ...cells) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map(cell));
const words = (name) => name.replaceAll("_", " ");

function distributions() {
  const columns = ["count", "min", "mean", "p50", "p90", "p95", "p99", "p99_9", "max"];
  byId("numbers").hidden = metricNames.length === 0;
  byId("metrics").append(make("tr", {}, ...["", ...columns, "of"].map((c) => make("th", { scope: "col" }, c.replace("_", ".")))));
  for (const name of metricNames) {
    const m = report.metrics[name];
    const figures = columns.map((c) => (c === "count" ? whole(m[c]) : quantity(m[c], m.unit)));
    const window = m.window === "all" ? "" : ` (${m.window} window)`;
    byId("metrics").append(row(make("a", { href: "#about-" + name }, name), ...figures, make("td", { class: "text" }, m.meaning + window)));
  }
}

// unmeasured says in one line which of the known metrics have no values and why.
function unmeasured() {
  const missing = Object.entries(metricTexts).filter(([name]) => !metricNames.includes(name));
  const reason = (name, text) => (report.metrics[name] ? `no values in the ${report.metrics[name].window} window` : text.why());
  byId("unmeasured").hidden = missing.length === 0;
  const line = missing.map(([name, text]) => `${text.title.toLowerCase()} (${reason(name, text)})`).join("; ") + ".";
  byId("unmeasured").append(make("strong", {}, "Not measured: "), ...unbroken(line));
}

// unbroken keeps the options in a text each on one line.
const unbroken = (text) => text.split(/(--[a-z-]+)/).map((part) => (part.startsWith("--") ? make("span", { class: "option" }, part) : part));

function conditions() {
  byId("judged").hidden = report.thresholds.length === 0;
  for (const t of report.thresholds) {
    byId("thresholds").append(make("li", {}, make("span", { class: t.pass ? "yes" : "no" }, t.pass ? "✓ met: " : "✗ not met: "), t.threshold,
      make("span", { class: "quiet" }, ` (${t.observed_text})`)));
  }
}

// counts shows what happened, and what should be 0 even if it is.
function counts() {
  const important = ["events", "lost", "duplicate", "reordered", "corrupt", "failed", "truncated"];
  const entries = Object.entries(report.counts);
  for (const [name, n] of entries.filter(([name, n]) => n || important.includes(name))) {
    byId("counts").append(row(words(name), whole(n), make("td", { class: "text" }, countTexts[name] ?? "")));
  }
  const zeros = entries.filter(([name, n]) => !n && !important.includes(name)).map(([name]) => words(name));
  byId("zeros").textContent = zeros.length ? `All others are 0: ${zeros.join(", ")}.` : "";
}

function errors() {
  const found = Object.entries(report.errors).sort((a, b) => b[1] - a[1]);
  byId("failures").hidden = found.length === 0;
  for (const [name, n] of found) byId("errors").append(row(words(name), whole(n)));
  const first = report.first_error;
  if (first?.reason === "error_event") refusal("The first event that told of an error:", first.body);
  else if (first) refusal(`The first answer that was no event stream had the status ${first.status}${first.body ? " and said:" : "."}`, first.body);
  if (report.append_refusal) refusal("The first append that failed:", report.append_refusal);
  if (report.publish_refusal) refusal("The first publication that failed:", report.publish_refusal);
}

// faults are those that were asked for: no failures, but where they are missing.
function faults() {
  const { happened = {}, missing = {} } = report.faults ?? {};
  const names = [...new Set([...Object.keys(happened), ...Object.keys(missing)])].sort();
  byId("asked").hidden = names.length === 0;
  byId("faults").append(make("tr", {}, ...["", "happened", "missing"].map((c) => make("th", { scope: "col" }, c))));
  for (const name of names) byId("faults").append(row(name, whole(happened[name] ?? 0), whole(missing[name] ?? 0)));
}

// refusal shows what a server said of itself, as it said it.
const refusal = (text, body) => byId("failures").append(make("p", {}, text), ...(body ? [make("pre", {}, body)] : []));

function settings() {
  for (const [name, v] of Object.entries(report.settings)) {
    if (v === "" || v === null) continue;
    const value = name.endsWith("_ms") ? time(v) : typeof v === "object" ? JSON.stringify(v) : typeof v === "boolean" ? (v ? "yes" : "no") : String(v);
    byId("settings").append(row(words(name.replace(/_ms$/, "")), value));
  }
}

function explained() {
  for (const [anchor, title, texts] of explanations()) {
    byId("explained").append(make("h3", { id: "about-" + anchor }, title), ...texts.map((text) => make("p", {}, text)));
  }
}

// ---- theme ----

function theme() {
  const root = document.documentElement;
  const set = (name) => {
    root.dataset.theme = name;
    byId("theme").textContent = name === "dark" ? "☀ Light theme" : "☾ Dark theme";
  };
  set(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  byId("theme").addEventListener("click", () => set(root.dataset.theme === "dark" ? "light" : "dark"));
}

theme();
head();
tiles();
conditions();
charts();
unmeasured();
distributions();
errors();
faults();
counts();
settings();
explained();
phone.addEventListener("change", charts);
addEventListener("scroll", () => tip.follow(), { passive: true });
