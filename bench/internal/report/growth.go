package report

import (
	"fmt"
	"strings"

	"sseserver/bench/internal/run"
)

// growing is the steps of the growth scenario, fewest streams first.
func (r Results) growing() (steps []Outcome) {
	for _, o := range r.Scenarios {
		if o.Name == run.Growth {
			steps = append(steps, o)
		}
	}
	return steps
}

// growth writes a table for each figure, with a column for each step.
func (r Results) growth(b *strings.Builder) {
	steps := r.growing()
	if len(steps) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n%s; %s.\n", steps[0].Title, protocols[steps[0].Protocol], windows(steps))
	for _, f := range []struct {
		name string
		of   func(Row) string
	}{
		{"CPU per event, µs", func(row Row) string { return fmt.Sprintf("%.1f", row.CPUPerEvent) }},
		{"CPU per event, × floor", timesFloor},
		{"memory per stream, KiB", func(row Row) string { return fmt.Sprintf("%.1f", row.RSSPerStream) }},
		{"lateness p99, ms", func(row Row) string { return short(row.LatenessP99) }},
	} {
		r.across(b, steps, f.name, f.of)
	}
	var notes []string
	for _, o := range steps {
		lost := r.note(o, "Events lost: ", func(row Row) string { return count(row.Lost) })
		for _, note := range append(r.notes(o), lost) {
			if note != "" {
				notes = append(notes, fmt.Sprintf("%s streams: %s", grouped(o.Streams), note))
			}
		}
	}
	list(b, notes)
}

// windows says how long was measured at each step.
func windows(steps []Outcome) string {
	each := make([]string, 0, len(steps))
	for _, o := range steps {
		each = append(each, fmt.Sprintf("%.0f s", o.WindowS))
	}
	rounds := 0
	for _, row := range steps[0].Rows {
		rounds = max(rounds, row.Rounds)
	}
	return times(rounds) + " of " + strings.Join(each, ", ")
}

// across writes one figure of every server at every step.
func (r Results) across(b *strings.Builder, steps []Outcome, figure string, of func(Row) string) {
	fmt.Fprintf(b, "\n| %s |", figure)
	for _, o := range steps {
		fmt.Fprintf(b, " %s |", grouped(o.Streams))
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(steps)) + "\n")
	for i, row := range steps[0].Rows {
		fmt.Fprintf(b, "| %s |", r.strong(row.Server))
		for _, o := range steps {
			text := "failed"
			if row := o.Rows[i]; row.Rounds > 0 {
				text = of(row)
			}
			fmt.Fprintf(b, " %s |", text)
		}
		b.WriteString("\n")
	}
}

// grouped is a number with a space before its thousands.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d %03d", n/1000, n%1000)
}
