package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"sseserver/internal/load/measure"
)

// WriteComparison writes the figures of two runs side by side, with the ratio
// of the second to the first. It also says where the runs were not made alike,
// since that is what ratios hide.
func WriteComparison(w io.Writer, nameA string, a *Report, nameB string, b *Report) error {
	var out strings.Builder
	fmt.Fprintf(&out, "A  %s  %s  %s\nB  %s  %s  %s\n", nameA, a.Settings.Target, a.Outcome, nameB, b.Settings.Target, b.Outcome)
	for _, difference := range differences(a, b) {
		fmt.Fprintf(&out, "!  %s\n", difference)
	}
	fmt.Fprintf(&out, "\n%-22s%12s%12s%10s\n", "", "A", "B", "B/A")
	row := func(name string, x, y float64) {
		fmt.Fprintf(&out, "%-22s%12s%12s%10s\n", name, figure(x), figure(y), ratio(x, y))
	}
	for m := range measure.Metrics {
		x, y := a.Metrics[m.String()], b.Metrics[m.String()]
		if x == nil || y == nil || x.Count == 0 || y.Count == 0 || m == measure.Probe {
			continue
		}
		unit := ""
		if m.IsTime() {
			unit = " ms"
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
	for _, name := range []string{"events", "completed", "failed", "lost", "duplicate", "reordered", "corrupt", "truncated", "resumed_wrong"} {
		x, _ := a.Counts.ByName(name)
		y, _ := b.Counts.ByName(name)
		fmt.Fprintf(&out, "%-22s%12d%12d%10s\n", name, x, y, ratio(float64(x), float64(y)))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// ratio is how many times a the value b is.
func ratio(a, b float64) string {
	switch {
	case a == b:
		return "1.00"
	case a == 0:
		return "-"
	}
	return strconv.FormatFloat(b/a, 'f', 2, 64)
}

// differences are the settings that make figures differ by themselves.
func differences(a, b *Report) (list []string) {
	x, y := a.Settings, b.Settings
	differ := func(what string, x, y any) {
		if x != y {
			list = append(list, fmt.Sprintf("%s differ: %v and %v", what, x, y))
		}
	}
	differ("clients", x.Clients, y.Clients)
	differ("kinds", x.Kind, y.Kind)
	differ("protocols", x.Protocol, y.Protocol)
	differ("intervals", seconds(x.Interval), seconds(y.Interval))
	differ("ramps", x.RampPerSecond, y.RampPerSecond)
	differ("durations", seconds(x.Duration), seconds(y.Duration))
	differ("message lengths", x.MessageBytes, y.MessageBytes)
	differ("numbers of clients that drop, read slowly or stall",
		[3]int{x.Reconnect, x.SlowReaders, x.Stall}, [3]int{y.Reconnect, y.SlowReaders, y.Stall})
	differ("generator cores", a.Health.Cores, b.Health.Cores)
	differ("generators fit to measure", a.Health.Valid, b.Health.Valid)
	return list
}
