"use strict";
// What the page says about each figure, for somebody who has never tested under
// load. A metric that is not here is shown with its name and its meaning.

// spread: "tail" stretches the largest values of the plot, "even" none.
// why is said where a run has no values.
const metricTexts = {
  lateness: {
    title: "Lateness", caption: "How late events arrived.",
    from: "From the moment an event was due by the schedule to its arrival. An event that never came is late until the end of the run.",
    good: "A few milliseconds, and a p99 far below the interval between two events: then nobody notices.",
    bad: "Look at the plot over time: late in the ramp only, opening is what costs; late throughout, the server has too much to do. Test with fewer clients until it holds.",
    why: () => report.settings.interval_ms
      ? "no event was due in the steady window"
      : "without --interval nobody knows when events are due",
  },
  latency: {
    title: "Latency", caption: "From the time written in each event to its arrival.",
    from: "From the moment that the server wrote into the event's data to the arrival of the event.",
    good: "A few milliseconds more than the way through the network takes.",
    bad: "Compare it with the lateness of the generator's own event: if that is small, the delay is the server's or the network's.",
    why: () => "events say when they were sent only with --timestamp",
  },
  ttfe: {
    title: "Time to first event", caption: "How long a client waits until something comes. For language models: time to first token (TTFT).",
    from: "From the planned opening of a stream to its first event, connecting included.",
    good: "Below 200 ms feels immediate; a language model may need a second.",
    bad: "If only the tail is long, the server accepts too slowly while many open at once: a slower --ramp tells. If all are slow, so is the first event itself.",
    why: () => "no stream delivered an event",
  },
  itl: {
    title: "Time between events", caption: "How evenly events come. For language models: inter-token latency (ITL).",
    from: "From the arrival of an event to that of the next one on the same connection.",
    good: "Close to the interval of the server, the p99 not much above the median.",
    bad: "A long tail is what readers see as stuttering. Many values near zero mean that events come in bunches: something between the server and here collects them.",
    why: () => "no stream delivered two events in the steady window",
  },
  duration: {
    title: "Duration of a stream", caption: "How long complete streams took.",
    from: "From the planned opening of a stream to its proper end. Streams without one do not count.",
    good: "About the same for all streams of equal length.",
    bad: "A long tail means that some clients are served worse than others.",
    why: () => "no stream came to its proper end, or nobody knows what that is (--expect-done)",
  },
  event_rate: {
    title: "Events per second of a stream", caption: "How fast a single client is served. For language models: tokens per second.",
    spread: "even",
    from: "The events of a stream, divided by the time from its request to its last event.",
    good: "More is better here: the smallest values are those of the clients that are served worst.",
    bad: "If it falls when clients are added, they share something that is used up.",
    why: () => "no stream delivered enough events",
  },
  byte_rate: {
    title: "Bytes per second of a stream", caption: "How much data a single client gets.",
    spread: "even",
    from: "The bytes of a stream, divided by the time from its request to its last event.",
    good: "More is better here: the smallest values are those of the clients that are served worst.",
    bad: "If it falls when clients are added, look at the network first.",
    why: () => "no stream delivered enough events",
  },
  outage: {
    title: "Outage", caption: "How long a client that lost its connection had nothing.",
    from: "From the loss of a connection to the first event after it, the pause before reconnecting included.",
    good: "Little more than the pause that the server asks for with retry, or two seconds.",
    bad: "Reconnecting is slow, or fails at first: see the errors.",
    why: () => "no client lost its connection and resumed",
  },
  stall: {
    title: "Stalls", caption: "Long silences within a stream.",
    from: "Every time between two events of a connection that is more than the interval and one second.",
    good: "None at all.",
    bad: "The server, or something on the way, stood still. The plot of lateness over time shows when.",
    why: () => "no stream was silent for more than its interval and one second, which is good",
  },
  publish: {
    title: "Publishing", caption: "How long the hub took to accept a publication.",
    from: "From the moment a publication was due to the hub's answer.",
    good: "A few milliseconds, and the same throughout the run.",
    bad: "If it grows during the run, the hub cannot keep up with --publish-rate.",
    why: () => "nothing is published without --publish-url",
  },
  append: {
    title: "Appending", caption: "How long the server took to accept a chunk of a live message.",
    from: "From the sending of an append to its answer. Chunks of a pipe (--pipe) are not answered.",
    good: "A few milliseconds, and the same throughout the run.",
    bad: "If it grows during the run, the server cannot keep up with --append-rate.",
    why: () => report.settings.pipe ? "the chunks of a pipe are not answered" : "nothing is appended without --live",
  },
  delivery: {
    title: "Delivery", caption: "How long a chunk of a live message was on its way to each reader.",
    from: "From the answer to an append to the arrival of its chunk, or 0 if the chunk came first. With --pipe from the end of the write. For a reader that connects later, from its request.",
    good: "A few milliseconds: a chunk is sent on as soon as it is there.",
    bad: "The server takes long to tell all readers. Lateness has the whole time from when the chunk was due.",
    why: () => "nothing is appended without --live",
  },
  events_per_read: {
    title: "Events per read", caption: "How many events came at once.",
    from: "The number of events that one read of the connection delivered.",
    good: "1: each event is sent as soon as it exists.",
    bad: "More means that the server, a proxy, or a busy machine collects events. For a proxy, turn off its buffering.",
    why: () => "no events came in the steady window",
  },
  open_lag: {
    title: "Generator: its opens", caption: "How late sseload itself was.",
    from: "From the planned to the actual start of each opening.",
    good: "Below a few milliseconds.",
    bad: "The machine of sseload is busy, and the other figures contain this delay. Use fewer clients, a lower --ramp or another machine.",
    why: () => "nothing was opened",
  },
  probe: {
    title: "Generator: its own event", caption: "How late sseload is with an event that it sends itself.",
    from: "sseload sends itself an event every 10 ms, without a network, and reads it with the same code. This is the lateness of that event.",
    good: "Below a millisecond or two.",
    bad: "The machine of sseload is busy, so part of every other figure is its own delay.",
    why: () => "the run had no steady window",
  },
};

const countTexts = {
  clients: "clients that started",
  connections: "connections that the server answered with a stream",
  streams: "one client reading one stream, over all its connections",
  completed: "streams that came to their proper end",
  cut_off: "streams that were still running when the run, or the visit of their client, ended",
  failed: "streams that could not be opened, or that an error ended for good",
  empty: "streams that opened and delivered no event",
  unnumbered: "streams without numbers, in which lost or repeated events cannot be seen",
  dropped: "connections that sseload dropped on purpose (--reconnect)",
  reconnects: "connections that continued a stream",
  events: "events that arrived",
  other_events: "events that brought no token (--token), and do not count as events",
  steady_events: "of these, those in the steady window",
  reads: "reads that delivered at least one event",
  comments: "comment lines, which servers send to keep a connection alive",
  early: "events that came before they were due",
  lost: "events that should have come and never did",
  duplicate: "events that came again",
  reordered: "events that came after a later one",
  corrupt: "events with the wrong content",
  resumed_wrong: "connections that did not continue where the last one broke off",
  truncated: "connections that ended before their stream did",
  ended: "connections that the server ended in good order, where nobody knows what the end is",
  coalesced: "events that came in the same read as the event before them",
  before_sent: "events that came before they were sent: the clocks disagree",
  no_timestamp: "events whose data had no usable time where --timestamp says; they have no latency",
  published: "publications that the hub accepted",
  unpublished: "publications that the hub did not accept",
  delivered: "publications that arrived, once for each client",
  appended: "chunks that the server accepted for live messages",
  unappended: "chunks that were due, and that it did not accept",
  fault_missing: "faults that were asked for (--fault) and did not happen",
  judged: "streams that count for goodput",
  good: "of these, those that delivered events, each once, in order and unchanged, and met every condition on a time",
  slow_clients: "clients that read slowly or not at all, on purpose",
  slow_events: "events that these received",
  slow_cut_off: "of their connections, those that the server ended",
};

// outcomes say what the badge means and what to do.
const outcomes = {
  pass: "Every condition below was met, and the machine of sseload was fast enough to tell.",
  fail: "At least one of the conditions below was not met.",
  invalid: "The machine of sseload was too busy. The figures say nothing about the server: repeat the run with fewer clients or on a quieter machine.",
  interrupted: "The run was stopped before its end. The figures are those of the part that ran.",
};

const conceptTexts = {
  percentiles: ["p50, p90, p99: percentiles", "The p99 is the value that 99 of 100 measurements do not exceed; one in a hundred is worse. " +
    "The p50, or median, is what is usual. Mean values hide the few bad moments, and those are what people complain about: judge by p99. " +
    "The percentile plots stretch the right end, so that one in a thousand has as much room as one in ten."],
  windows: ["Ramp, steady, drain: the windows", "In the ramp the clients open, one after another. In the steady window all are there; lateness, latency and the time between events are " +
    "those of this window. In the drain nothing opens any more, and streams may come to their end. Counts are those of the whole run."],
  conditions: ["Conditions", "What the run had to meet (--threshold), such as lateness.p99<50ms. A few hold by default, such as lost==0. " +
    "A condition on something that was not measured is not met."],
  throughput: ["Events per second", "Events of all clients together that arrived in the steady window, by its length in seconds. It should be what was asked for: " +
    "the number of clients divided by the interval. If it is less, the server cannot keep up."],
  wrong: ["Wrong events", "Lost: should have come, and did not. Duplicate: came again. Out of order: came after a later one. Corrupt: has the wrong content. " +
    "All should be 0. Only numbered events can be checked. Look at reconnections first: most servers lose or repeat events there."],
  goodput: ["Goodput", "The share of streams that did not fail, that delivered events, each once, in order and unchanged, and that met every condition on a time by themselves. " +
    "A connection that broke and was resumed does not count against it. " +
    "It should be 100 %. When it is less, the table of counts says what was wrong."],
  streams: ["Streams", "A stream is what one client reads, over all its connections. Failed ones are listed under errors by their reason."],
  coalesced: ["Coalesced", "The share of events that came in the same read as the event before them. Near 0 is good: each event was sent when it existed. " +
    "More means that something collects events: a server, a proxy, or a machine that is too busy."],
  health: ["The health of the generator", "A load generator that is out of breath measures itself. So sseload watches how much of its processors it uses, and how late an event is that it sends " +
    "itself every 10 ms. Over either limit the run is invalid, whatever the server did: use fewer clients, a quieter machine, or another machine."],
};

// The metrics of the report, in the order of the texts, and then all others.
const metricNames = [...new Set([...Object.keys(metricTexts), ...Object.keys(report.metrics)])]
  .filter((name) => report.metrics[name]?.count > 0);

function metricText(name) {
  const meaning = report.metrics[name]?.meaning ?? "";
  return metricTexts[name] ?? { title: name.replaceAll("_", " "), caption: "", from: meaning };
}

// explanations gives heading and paragraphs of everything that this report
// shows, by the last part of its anchor.
function explanations() {
  const { counts: c, rates, health } = report;
  const shown = { percentiles: metricNames.length, coalesced: rates.coalesced != null, goodput: rates.goodput != null, conditions: report.thresholds.length };
  const all = [];
  for (const [name, [title, text]] of Object.entries(conceptTexts)) {
    if (!(shown[name] ?? true)) continue;
    const limit = name === "health" ? ` The limits of this run: 80 % of ${health.cores} core(s), and ${time(probeLimit)}.` : "";
    all.push([name, title, [text + limit]]);
  }
  for (const name of metricNames) all.push([name, metricText(name).title, paragraphs(name)]);
  return all;
}

function paragraphs(name) {
  const { from, good, bad } = metricText(name);
  return [from, good && "Good: " + good, bad && "If not: " + bad, name === "latency" && clockText()].filter(Boolean);
}

// clockText says how far the clocks are apart, which latency depends on.
function clockText() {
  const c = report.clock;
  if (!c?.known) return "The difference of the two clocks is not known, and was taken as 0: a latency is as wrong as they are apart.";
  return `The server's clock was taken to be ${time(Math.abs(c.offset_ms))} ${c.offset_ms < 0 ? "behind" : "ahead of"} that of sseload, ` +
    `give or take ${time(c.error_ms)} (${c.source}). No latency is more exact than that.`;
}
