package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
)

// WriteComparison writes the figures of two runs side by side, with the ratio
// of the second to the first. It also says where the runs were not made alike,
// since that is what ratios hide.
func WriteComparison(w io.Writer, nameA string, a *Report, nameB string, b *Report) error {
	var out strings.Builder
	fmt.Fprintf(&out, "A  %s  %s  %s\nB  %s  %s  %s\n", nameA, a.Settings.Target, a.Outcome, nameB, b.Settings.Target, b.Outcome)
	for _, caution := range cautions(a, b) {
		fmt.Fprintf(&out, "!  %s\n", caution)
	}
	fmt.Fprintf(&out, "\n%-26s%12s%12s%10s\n", "", "A", "B", "B/A")
	row := func(name string, x, y float64) {
		fmt.Fprintf(&out, "%-26s%12s%12s%10s\n", name, figure(x), figure(y), ratio(x, y))
	}
	for m := range measure.Metrics {
		x, y := a.Metrics[m.String()], b.Metrics[m.String()]
		if x == nil || y == nil || x.Count == 0 || y.Count == 0 || m == measure.Probe {
			continue
		}
		unit := ""
		if m.Unit() != measure.Events { // its name says so
			unit = " " + x.Unit
		}
		row(m.String()+" p50"+unit, x.P50, y.P50)
		row(m.String()+" p99"+unit, x.P99, y.P99)
		row(m.String()+" p99.9"+unit, x.P999, y.P999)
		row(m.String()+" max"+unit, x.Max, y.Max)
	}
	row("events per second", a.Rates.EventsPerSecond, b.Rates.EventsPerSecond)
	row("generator CPU share", a.Health.CPUShare, b.Health.CPUShare)
	if x, y := a.Rates.Goodput, b.Rates.Goodput; x != nil && y != nil {
		row("goodput", *x, *y)
	}
	for _, name := range measure.CountNames() {
		x, _ := a.Counts.ByName(name)
		y, _ := b.Counts.ByName(name)
		if x == 0 && y == 0 {
			continue
		}
		fmt.Fprintf(&out, "%-26s%12d%12d%10s\n", name, x, y, ratio(float64(x), float64(y)))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// ratio writes how many times a the value b is.
func ratio(a, b float64) string {
	r := threshold.Ratio(a, b)
	if math.IsInf(r, 1) {
		return "-"
	}
	return strconv.FormatFloat(r, 'f', 2, 64)
}

// cautions are what a reader of the ratios must know: where the runs were not
// made alike, and which of them says nothing.
func cautions(a, b *Report) (list []string) {
	list = differences(&a.Settings, &b.Settings)
	if x, y := a.Health.Cores, b.Health.Cores; x != y {
		list = append(list, fmt.Sprintf("generator cores differ: %d and %d", x, y))
	}
	if x, y := a.Health.Limit, b.Health.Limit; x != y {
		list = append(list, fmt.Sprintf("generator limits differ: %s and %s", seconds(x), seconds(y)))
	}
	for _, run := range []named{{"A", a}, {"B", b}} {
		if trouble := run.trouble(); trouble != "" {
			list = append(list, run.name+" "+trouble)
		}
	}
	return list
}

type named struct {
	name string
	*Report
}

// trouble says why the figures of a run are no measure of the server, and
// nothing if they are.
func (r *Report) trouble() string {
	switch {
	case r.Outcome == Interrupted:
		return "was interrupted"
	case !r.Health.Valid:
		return "is invalid: " + strings.Join(r.Health.Complaints, "; ")
	}
	return ""
}

// Compare judges conditions on two runs. An error means that one of them cannot
// be judged, since it is invalid or was interrupted.
func Compare(nameA string, a *Report, nameB string, b *Report, conditions []threshold.Comparison) ([]Verdict, error) {
	if len(conditions) == 0 {
		return nil, nil // nothing is to be judged
	}
	for _, run := range []named{{nameA, a}, {nameB, b}} {
		if trouble := run.trouble(); trouble != "" {
			return nil, fmt.Errorf("no threshold can be judged: %s %s", run.name, trouble)
		}
	}
	var verdicts []Verdict
	for _, c := range conditions {
		verdicts = append(verdicts, compared(a, b, c))
	}
	return verdicts, nil
}

func compared(a, b *Report, c threshold.Comparison) Verdict {
	if !c.Relative {
		return b.verdict(c.Threshold)
	}
	x, textA, okA := a.observe(c.Threshold)
	y, textB, okB := b.observe(c.Threshold)
	if !okA || !okB {
		return Verdict{Threshold: c.Text, Text: "nothing measured in one of them"}
	}
	r := threshold.Ratio(x, y)
	return Verdict{Threshold: c.Text, Pass: c.Meets(r), Observed: &r, Text: fmt.Sprintf("%.4gx: %s and %s", r, textA, textB)}
}

// WriteVerdicts writes a line for each verdict.
func WriteVerdicts(w io.Writer, verdicts []Verdict) error {
	var b strings.Builder
	for _, v := range verdicts {
		mark := "✓"
		if !v.Pass {
			mark = "✗"
		}
		fmt.Fprintf(&b, "%s %-28s%s\n", mark, v.Threshold, v.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
