package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"sseserver/internal/load/measure"
)

// WriteSummary writes the table for people, in plain text.
func (r *Report) WriteSummary(w io.Writer) error {
	var b strings.Builder
	r.summarizeSettings(&b)
	r.summarizeParts(&b)
	r.summarizeMetrics(&b)
	r.summarizeCounts(&b)
	r.summarizeVerdicts(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) summarizeSettings(b *strings.Builder) {
	s := r.Settings
	fmt.Fprintf(b, "%s\n", s.Target)
	fmt.Fprintf(b, "%s, %s, %s", s.shape(), s.Protocol, s.reading())
	if s.Processes > 1 {
		fmt.Fprintf(b, ", %d processes", s.Processes)
	}
	fmt.Fprintf(b, "; ramp %s, steady %s, drain %s\n\n", seconds(r.Windows.Ramp), seconds(r.Windows.Steady), seconds(r.Windows.Drain))
}

// summarizeParts says what a merged report is made of.
func (r *Report) summarizeParts(b *strings.Builder) {
	for _, p := range r.Parts {
		fmt.Fprintf(b, "%s: %d clients from %s on, %s\n", p.File, p.Clients, p.Started.Format("15:04:05.000 MST"), p.Outcome)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(b, "!  %s\n", note)
	}
	if len(r.Parts) > 0 {
		b.WriteString("\n")
	}
}

// shape is how many clients there are and when.
func (s Settings) shape() string {
	switch {
	case s.Stages != "":
		return fmt.Sprintf("up to %d clients (%s)", s.Clients, s.Stages)
	case s.Arrivals > 0:
		return fmt.Sprintf("%v new clients per second", s.Arrivals)
	case s.Think > 0:
		return fmt.Sprintf("%d clients that pause for %s", s.Clients, seconds(s.Think))
	}
	return fmt.Sprintf("%d clients", s.Clients)
}

func (s Settings) reading() string {
	what := "any event stream"
	switch {
	case s.Kind == "any":
	case s.Kind == "live":
		what = fmt.Sprintf("chunks of %d live message(s)", s.LiveMessages)
	case s.Shared:
		what = s.Kind + " of one message"
	default:
		what = s.Kind + " of a message each"
	}
	if s.Interval > 0 {
		return fmt.Sprintf("%s, an event every %s", what, seconds(s.Interval))
	}
	return what + ", interval not known"
}

// seconds writes milliseconds with the unit that suits.
func seconds(ms float64) string {
	if ms < 1000 {
		return fmt.Sprintf("%.4g ms", ms)
	}
	return fmt.Sprintf("%.4g s", ms/1000)
}

func (r *Report) summarizeMetrics(b *strings.Builder) {
	fmt.Fprintf(b, "%-20s%10s%10s%10s%10s%10s%12s\n", "", "p50", "p90", "p99", "p99.9", "max", "values")
	for m := range measure.Metrics {
		metric := r.Metrics[m.String()]
		if metric == nil || m == measure.Probe {
			continue
		}
		name := m.String()
		if m.Unit() != measure.Events { // its name says so
			name += " " + metric.Unit
		}
		if metric.Count == 0 { // only in the ramp, say
			fmt.Fprintf(b, "%-20s%10s%10s%10s%10s%10s%12d\n", name, "-", "-", "-", "-", "-", 0)
			continue
		}
		fmt.Fprintf(b, "%-20s%10s%10s%10s%10s%10s%12d\n", name,
			figure(metric.P50), figure(metric.P90), figure(metric.P99), figure(metric.P999), figure(metric.Max), metric.Count)
	}
	r.summarizeClock(b)
	if r.Settings.Interval == 0 {
		fmt.Fprintf(b, "no lateness: without --interval nobody knows when events are due\n")
	}
	b.WriteString("\n")
}

func (r *Report) summarizeCounts(b *strings.Builder) {
	c := r.Counts
	line := func(name, format string, values ...any) {
		fmt.Fprintf(b, "%-14s%s\n", name, fmt.Sprintf(format, values...))
	}
	r.summarizeEvents(line)
	goodput := ""
	if r.Rates.Goodput != nil {
		goodput = ", goodput " + percent(*r.Rates.Goodput)
	}
	line("streams", "%d: %d completed, %d cut off by the end of the run, %d failed%s", c.Streams, c.Completed, c.CutOff, c.Failed, goodput)
	line("correctness", "%d lost, %d duplicate, %d reordered, %d corrupt", c.Lost, c.Duplicate, c.Reordered, c.Corrupt)
	r.summarizeFaults(line)
	if r.Settings.PublishURL != "" {
		r.summarizePublications(line)
	}
	if r.Settings.Kind == "live" {
		r.summarizeAppends(line)
	}
	if c.Unnumbered > 0 {
		line("", "%d streams do not number their events: doubles, order and gaps cannot be seen in them", c.Unnumbered)
	}
	line("connections", "%d: %d truncated, %d dropped on purpose, %d resumed, of which %d wrongly",
		c.Connections, c.Truncated, c.Dropped, c.Reconnects, c.ResumedWrong)
	if c.Dropped > 0 && c.Reconnects == 0 {
		line("", "none was resumed: the reconnection time may be longer than the rest of the run; if so, make it longer")
	}
	if c.Ended > 0 && 2*c.Ended >= c.Connections {
		line("", "%d of them ended in good order, and EventSource reconnects then; if that is their proper end, say --expect-done with close, data:TEXT or event:NAME", c.Ended)
	}
	if c.SlowClients > 0 {
		line("slow clients", "%d, which the figures leave out: %d events, %d of their connections ended by the server",
			c.SlowClients, c.SlowEvents, c.SlowCutOff)
	}
	if len(r.Errors) > 0 {
		line("errors", "%s", strings.Join(r.errorList(), ", "))
	}
	if r.FirstRefusal != nil {
		name := "first refusal"
		if r.FirstRefusal.Reason == measure.ErrorEvent {
			name = "first error"
		}
		line(name, "%v", r.FirstRefusal)
	}
	name, of := "generator", fmt.Sprintf("%d core(s)", r.Health.Cores)
	if len(r.Parts) > 1 {
		name, of = "generators", "its cores in the worst of them"
	}
	line(name, "%s of %s, its own event every 10 ms is late by %s ms (p99; limit %s)",
		percent(r.Health.CPUShare), of, figure(r.Health.ProbeP99), seconds(r.Health.Limit))
	b.WriteString("\n")
}

// summarizeEvents tells how many there were, under the name that they have.
func (r *Report) summarizeEvents(line func(name, format string, values ...any)) {
	c := r.Counts
	more := ""
	if c.Coalesced > 0 && r.Rates.Coalesced != nil {
		more = fmt.Sprintf("; %s came in one read with the one before (coalesced)", percent(*r.Rates.Coalesced))
	}
	line(r.unit()+"s", "%d, %s per second in the steady window%s", c.Events, figure(r.Rates.EventsPerSecond), more)
	switch {
	case c.OtherEvents == 0:
	case c.Events == 0:
		line("", "%d events came, but none has %s: is --token right?", c.OtherEvents, r.Settings.Token)
	default:
		line("", "%d other events, without %s", c.OtherEvents, r.Settings.Token)
	}
}

// errorList has the most frequent first.
func (r *Report) errorList() (list []string) {
	names := slices.SortedFunc(maps.Keys(r.Errors), func(a, b string) int {
		if d := int64(r.Errors[b]) - int64(r.Errors[a]); d != 0 {
			return int(d)
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		list = append(list, fmt.Sprintf("%d %s", r.Errors[name], name))
	}
	return list
}

func (r *Report) summarizeVerdicts(b *strings.Builder) {
	_ = WriteVerdicts(b, r.Thresholds) // a builder takes everything
	for _, complaint := range r.Health.Complaints {
		fmt.Fprintf(b, "! %s\n", complaint)
	}
	fmt.Fprintf(b, "\n%s\n", r.sentence())
}

func (r *Report) sentence() string {
	switch sentence := r.Outcome.sentence(); {
	case r.Counts.Events > 0:
		return sentence
	case r.Outcome == Fail:
		return "FAIL: no " + r.unit() + " arrived"
	default:
		return sentence + "; no " + r.unit() + " arrived"
	}
}

// unit is what the run counted.
func (r *Report) unit() string {
	if r.Settings.Token != "" {
		return "token"
	}
	return "event"
}

func (o Outcome) sentence() string {
	switch o {
	case Fail:
		return "FAIL: a threshold was not met"
	case Invalid:
		return "INVALID: the generator was not fit, so the figures say nothing about the server"
	case Interrupted:
		return "INTERRUPTED: the figures are those of the part that ran"
	}
	return "PASS"
}
