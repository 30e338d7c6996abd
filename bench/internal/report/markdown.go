package report

import (
	"fmt"
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
		b.WriteString("\n")
		r.outcome(&b, o)
	}
	b.WriteString("\n## Versions\n\n| server | version |\n|---|---|\n")
	for _, s := range r.Servers {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Title, s.Version)
	}
	return b.String()
}

func (r Results) outcome(b *strings.Builder, o Outcome) {
	rounds := 0
	for _, row := range o.Rows {
		rounds = max(rounds, row.Rounds)
	}
	fmt.Fprintf(b, "## %s\n\n", o.Title)
	fmt.Fprintf(b, "%s; %s of %.0f s.\n\n", protocols[o.Protocol], times(rounds), o.WindowS)
	b.WriteString("| server | CPU per event, × floor | CPU per event, µs | memory per stream, KiB | lateness p50, ms | p99, ms | events/s | lost |\n" +
		"|---|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, row := range o.Rows {
		r.row(b, row)
	}
	r.notes(b, o)
}

var protocols = map[string]string{"http1": "HTTP/1.1", "h2c": "HTTP/2 without TLS"}

func times(rounds int) string {
	if rounds == 1 {
		return "one round"
	}
	return fmt.Sprintf("medians of %d paired rounds", rounds)
}

func (r Results) row(b *strings.Builder, row Row) {
	title := r.title(row.Server)
	if row.Server == field.Ours {
		title = "**" + title + "**"
	}
	if row.Rounds == 0 {
		fmt.Fprintf(b, "| %s | failed | | | | | | |\n", title)
		return
	}
	ratio := "–"
	if row.TimesFloor > 0 {
		ratio = fmt.Sprintf("%.2f", row.TimesFloor)
	}
	fmt.Fprintf(b, "| %s | %s | %.1f | %.1f | %s | %s | %.0f | %d |\n",
		title, ratio, row.CPUPerEvent, row.RSSPerStream, short(row.LatenessP50), short(row.LatenessP99), row.EventsPerSecond, row.Lost)
}

// short has one decimal where that says something.
func short(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// quiet is the share of a server's core that others may use without a word about it.
const quiet = 0.05

// notes is what a table cannot say.
func (r Results) notes(b *strings.Builder, o Outcome) {
	notes := []string{
		r.note(o, "Turns that failed: ", func(row Row) string { return count(row.Errors) }),
		r.note(o, "Events doubled, out of order or wrong, and streams cut short or refused: ",
			func(row Row) string { return count(row.Faults) }),
		r.note(o, "Rounds in which the client was out of breath, too, so that the lateness is partly its own: ",
			func(row Row) string { return count(row.Breathless) }),
		r.note(o, "Not a quiet machine; of the server's core went to others: ", func(row Row) string {
			if row.Others <= quiet {
				return ""
			}
			return fmt.Sprintf("%.0f %%", 100*row.Others)
		}),
	}
	for _, s := range o.Samples {
		notes = append(notes, r.beside(s)...)
	}
	b.WriteString("\n")
	for _, note := range notes {
		if note != "" {
			fmt.Fprintf(b, "- %s\n", note)
		}
	}
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
			"%d new streams begun with p99 %s ms, %d failed.",
			r.title(s.Server), s.Round, p.Sends, short(p.SendP99), p.Streams, short(p.StreamP99), p.Failed))
	}
	if c := s.Churn; c != nil {
		notes = append(notes, fmt.Sprintf("%s: for %.0f s %.0f clients a second came, got their first event with p99 %s ms, and were gone "+
			"within a second; %d failed. Early and late: %d and %d goroutines, %d and %d MiB, %d and %d streams; a second after the last %d streams.",
			r.title(s.Server), c.Seconds, c.PerSecond, short(c.FirstP99), c.Failed,
			c.Goroutines[0], c.Goroutines[1], c.RSSMiB[0], c.RSSMiB[1], c.Streams[0], c.Streams[1], c.StreamsAfter))
	}
	return notes
}
