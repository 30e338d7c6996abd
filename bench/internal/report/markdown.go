package report

import (
	"fmt"
	"slices"
	"strings"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// Markdown is the tables, what they were measured on, and with what.
func (r Results) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmark of %s\n\n`%s`\n\n", r.Date.Format("2006-01-02"), r.Command)
	m := r.Machine
	fmt.Fprintf(&b, "%s, %d cores, %d MiB; %s, Linux %s; the server on one core, the client on another.\n",
		m.CPU, m.Cores, m.MemoryMiB, m.System, m.Kernel)
	for _, o := range r.Scenarios {
		if !slices.Contains(ownTables, o.Name) && !isCluster(o) {
			r.outcome(&b, o)
		}
	}
	r.growth(&b)
	r.fair(&b)
	r.held(&b)
	r.cluster(&b)
	b.WriteString("\n## Versions\n\n| server | version |\n|---|---|\n")
	for _, s := range r.Servers {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Title, s.Version)
	}
	return b.String()
}

// ownTables are the scenarios that have tables of another form.
var ownTables = []string{run.Growth, run.Fair, run.LiveHeld}

func (r Results) outcome(b *strings.Builder, o Outcome) {
	rounds := 0
	for _, row := range o.Rows {
		rounds = max(rounds, row.Rounds)
	}
	fmt.Fprintf(b, "\n## %s\n\n", o.Title)
	fmt.Fprintf(b, "%s; %s of %.0f s.\n\n", protocols[o.Protocol], times(rounds), o.WindowS)
	b.WriteString("| server | CPU per event, × floor | CPU per event, µs | memory per stream, KiB | lateness p50, ms | p99, ms | events/s | lost |\n" +
		"|---|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, row := range o.Rows {
		r.row(b, row)
	}
	list(b, r.notes(o))
}

// list writes the notes that say something, below a table.
func list(b *strings.Builder, notes []string) {
	b.WriteString("\n")
	for _, note := range notes {
		if note != "" {
			fmt.Fprintf(b, "- %s\n", note)
		}
	}
}

var protocols = map[string]string{"http1": "HTTP/1.1", "h2c": "HTTP/2 without TLS"}

func times(rounds int) string {
	if rounds == 1 {
		return "one round"
	}
	return fmt.Sprintf("medians of %d paired rounds", rounds)
}

func (r Results) row(b *strings.Builder, row Row) {
	title := r.strong(row.Server)
	if row.Rounds == 0 {
		fmt.Fprintf(b, "| %s | failed | | | | | | |\n", title)
		return
	}
	fmt.Fprintf(b, "| %s | %s | %.1f | %.1f | %s | %s | %.0f | %d |\n",
		title, timesFloor(row), row.CPUPerEvent, row.RSSPerStream, short(row.LatenessP50), short(row.LatenessP99), row.EventsPerSecond, row.Lost)
}

func timesFloor(row Row) string {
	if row.TimesFloor > 0 {
		return fmt.Sprintf("%.2f", row.TimesFloor)
	}
	return "–" // the floor did not run
}

// strong is a server's name for people, ours in bold.
func (r Results) strong(name string) string {
	if name == field.Ours {
		return "**" + r.title(name) + "**"
	}
	return r.title(name)
}

// short has one decimal where that says something.
func short(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// quiet is the share of a server's core that others may use without a word
// about it.
const quiet = 0.05

// notes is what a table cannot say; some may be empty.
func (r Results) notes(o Outcome) []string {
	notes := append(r.trust(o), r.opening(o), r.versus(o), r.liveRatio(o), r.delivery(o))
	notes = append(notes, r.engines(o)...)
	for _, s := range o.Samples {
		notes = append(notes, r.beside(s)...)
	}
	return notes
}

// trust is what went wrong, and how far the figures can be trusted.
func (r Results) trust(o Outcome) []string {
	return []string{
		r.note(o, "Turns that failed: ", func(row Row) string { return count(row.Errors) }),
		r.note(o, "Events duplicated, out of order or corrupt, and streams truncated or refused: ",
			func(row Row) string { return count(row.Faults) }),
		r.note(o, "Rounds in which the client was overloaded too, so that part of the lateness is its own: ",
			func(row Row) string { return count(row.Breathless) }),
		r.note(o, "Not a quiet machine; other work took this share of the server's core: ", func(row Row) string {
			if row.Others <= quiet {
				return ""
			}
			return fmt.Sprintf("%.0f %%", 100*row.Others)
		}),
	}
}

// opening is how soon the streams of HTTP/2 began. There are so many that this
// says more about the server than their lateness does.
func (r Results) opening(o Outcome) string {
	if o.Protocol != "h2c" {
		return ""
	}
	intro := fmt.Sprintf("%.0f streams opened a second; from the planned open to the first event: ", o.RampPerS)
	return r.note(o, intro, func(row Row) string {
		if row.Rounds == 0 {
			return ""
		}
		return fmt.Sprintf("p50 %s ms, p99 %s ms (delay of the client itself: p99 %s ms)",
			short(row.FirstP50), short(row.FirstP99), short(row.OpenLagP99))
	})
}

// note is one line about all rows of which there is something to say.
func (r Results) note(o Outcome, intro string, say func(Row) string) string {
	var said []string
	for _, row := range o.Rows {
		if text := say(row); text != "" {
			said = append(said, r.title(row.Server)+" "+text)
		}
	}
	if said == nil {
		return ""
	}
	return intro + strings.Join(said, "; ") + "."
}

// count is a number as text, and nothing if it is 0.
func count[T int | uint64](n T) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// beside is what was done beside the load.
func (r Results) beside(s run.Sample) (notes []string) {
	if p := s.Probe; p != nil {
		notes = append(notes, fmt.Sprintf("%s, round %d, meanwhile: %d times `POST /send` with p99 %s ms, "+
			"%d new streams opened with p99 %s ms, %d failed.",
			r.title(s.Server), s.Round, p.Sends, short(p.SendP99), p.Streams, short(p.StreamP99), p.Failed))
	}
	if c := s.Churn; c != nil {
		notes = append(notes, fmt.Sprintf("%s: for %.0f s, %.0f clients a second connected, got their first event with p99 %s ms and disconnected "+
			"within a second; %d failed. Early and late: %d and %d goroutines, %d and %d MiB, %d and %d streams; %d streams a second after the last client left.",
			r.title(s.Server), c.Seconds, c.PerSecond, short(c.FirstP99), c.Failed,
			c.Goroutines[0], c.Goroutines[1], c.RSSMiB[0], c.RSSMiB[1], c.Streams[0], c.Streams[1], c.StreamsAfter))
	}
	return notes
}
