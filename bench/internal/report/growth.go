package report

import (
	"fmt"
	"strings"

	"sseserver/bench/internal/run"
)

// growth writes a table for each figure, with a column for each step.
func (r Results) growth(b *strings.Builder) {
	steps := r.steps(run.Growth)
	if len(steps) == 0 {
		return
	}
	r.figures(b, steps, []figure{
		{"CPU per event, µs", func(row Row) string { return fmt.Sprintf("%.1f", row.CPUPerEvent) }},
		{"CPU per event, × floor", timesFloor},
		{"memory per stream, KiB", func(row Row) string { return fmt.Sprintf("%.1f", row.RSSPerStream) }},
		{"lateness p99, ms", func(row Row) string { return short(row.LatenessP99) }},
	})
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

// grouped is a number with a space before its thousands.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d %03d", n/1000, n%1000)
}
