package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// steps is the steps of a scenario that has several, in their order.
func (r Results) steps(scenario string) (steps []Outcome) {
	for _, o := range r.Scenarios {
		if o.Name == scenario {
			steps = append(steps, o)
		}
	}
	return steps
}

// column is what tells a step from the others.
func (o Outcome) column() string { return cmp.Or(o.Attack, grouped(o.Streams)) }

// figure is one of the tables about the steps.
type figure struct {
	name string
	of   func(Row) string
}

// figures writes a table for each figure, with a column for each step.
func (r Results) figures(b *strings.Builder, steps []Outcome, figures []figure) {
	fmt.Fprintf(b, "\n## %s\n\n%s; %s.\n", steps[0].Title, protocols[steps[0].Protocol], windows(steps))
	for _, f := range figures {
		r.across(b, steps, f)
	}
}

// windows says how long was measured at each step.
func windows(steps []Outcome) string {
	each := make([]string, 0, len(steps))
	for _, o := range steps {
		each = append(each, fmt.Sprintf("%.0f s", o.WindowS))
	}
	if alike := slices.Compact(slices.Clone(each)); len(alike) == 1 {
		each = alike
	}
	rounds := 0
	for _, row := range steps[0].Rows {
		rounds = max(rounds, row.Rounds)
	}
	return times(rounds) + " of " + strings.Join(each, ", ")
}

// across writes one figure of every server at every step.
func (r Results) across(b *strings.Builder, steps []Outcome, f figure) {
	fmt.Fprintf(b, "\n| %s |", f.name)
	for _, o := range steps {
		fmt.Fprintf(b, " %s |", o.column())
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(steps)) + "\n")
	for i, row := range steps[0].Rows {
		fmt.Fprintf(b, "| %s |", r.strong(row.Server))
		for _, o := range steps {
			text := "failed"
			if row := o.Rows[i]; row.Rounds > 0 {
				text = f.of(row)
			}
			fmt.Fprintf(b, " %s |", text)
		}
		b.WriteString("\n")
	}
}
