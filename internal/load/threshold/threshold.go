// Package threshold reads and judges the conditions that a load run must meet.
//
// A condition is a name, an operator (<, <=, ==, !=, >=, >) and a value:
//
//	lateness.p99<50ms        a statistic of a distribution: min, mean, max, count or a percentile
//	event_rate.p10>20        the same, of numbers; in the unit of the metric
//	lost==0                  a count
//	duplicate<0.1%           a count as a share of the events, or of the streams
//	goodput>=99%             a ratio, also written as 0.99
//	events_per_second>=1000  a rate
//
// The distributions and counts are those of package measure.
package threshold

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sseserver/internal/load/measure"
)

// Threshold is one condition. Make it with Parse.
type Threshold struct {
	Text  string // as it was given, without spaces
	Name  string // of a metric, a count or a ratio
	Stat  string // of a metric; empty for all others
	Share bool   // a count that is compared as a share
	op    string
	value float64 // as Meets wants it
}

// Ratios and rates, which are neither a distribution nor a count.
const (
	Goodput         = "goodput"           // share of streams that were good, see measure.Counts
	EventsPerSecond = "events_per_second" // in the steady window
	Errors          = "errors"            // of all kinds
)

// Defaults are the conditions that hold unless one on the same name is given.
func Defaults() []Threshold {
	var out []Threshold
	for _, name := range []string{"lost", "duplicate", "reordered", "corrupt", "failed", "truncated", "empty", Errors} {
		out = append(out, Must(name+"==0"))
	}
	return append(out, Must("events>0")) // without any, all others mean nothing
}

// WithDefaults adds those of the defaults, and of the further ones, that no given
// condition is about.
func WithDefaults(given []Threshold, further ...string) []Threshold {
	out := slices.Clone(given)
	defaults := Defaults()
	for _, text := range further {
		defaults = append(defaults, Must(text))
	}
	for _, d := range defaults {
		if !slices.ContainsFunc(given, func(t Threshold) bool { return t.Name == d.Name }) {
			out = append(out, d)
		}
	}
	return out
}

// Must is Parse for conditions that are known to be right.
func Must(text string) Threshold {
	t, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return t
}

// Two characters first, so that "<=" is not taken for "<".
var operators = []string{"<=", ">=", "==", "!=", "<", ">"}

// Parse reads one condition. The error names what is wrong and what would be right.
func Parse(text string) (Threshold, error) {
	compact := strings.Join(strings.Fields(text), "")
	i := strings.IndexAny(compact, "<>=!")
	if i < 0 {
		return Threshold{}, fmt.Errorf("%q: no comparison, want for example lateness.p99<50ms", text)
	}
	t := Threshold{Text: compact}
	for _, op := range operators {
		if strings.HasPrefix(compact[i:], op) {
			t.op = op
			break
		}
	}
	if t.op == "" {
		return Threshold{}, fmt.Errorf("%q: unknown comparison, want one of %s", text, strings.Join(operators, " "))
	}
	t.Name, t.Stat, _ = strings.Cut(compact[:i], ".")
	if err := t.parse(compact[i+len(t.op):]); err != nil {
		return Threshold{}, fmt.Errorf("%q: %w", text, err)
	}
	return t, nil
}

func (t *Threshold) parse(value string) (err error) {
	if m, ok := measure.MetricByName(t.Name); ok {
		if err := t.checkStat(); err != nil {
			return err
		}
		t.value, err = metricValue(m, t.Stat, value)
		return err
	}
	_, isCount := measure.Counts{}.ByName(t.Name)
	if !isCount && !slices.Contains([]string{Goodput, EventsPerSecond, Errors}, t.Name) {
		return unknown(t.Name)
	}
	if t.Stat != "" {
		return fmt.Errorf("%q has no statistic %q; those that have are %s", t.Name, t.Stat, strings.Join(metricNames(), ", "))
	}
	switch {
	case t.Name == Goodput:
		t.value, err = ratio(value)
	case isCount && strings.HasSuffix(value, "%"):
		t.Share = true
		t.value, err = ratio(value)
	default:
		t.value, err = number(value)
	}
	return err
}

func (t *Threshold) checkStat() error {
	switch t.Stat {
	case "min", "mean", "max", "count":
		return nil
	case "":
		return fmt.Errorf("%s is a distribution: say which statistic, for example %s.p99", t.Name, t.Name)
	}
	if _, ok := Percentile(t.Stat); !ok {
		return fmt.Errorf("unknown statistic %q, want min, mean, max, count or a percentile such as p99 or p99.9", t.Stat)
	}
	return nil
}

// Percentile reads a statistic such as p99.9, from 0 to 100.
func Percentile(stat string) (float64, bool) {
	digits, ok := strings.CutPrefix(stat, "p")
	if !ok || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	return p, err == nil && p <= 100
}

func metricValue(m measure.Metric, stat, value string) (float64, error) {
	if stat == "count" {
		return number(value)
	}
	if !m.IsTime() {
		n, err := number(value)
		return n * m.Unit().Scale(), err
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration, want for example 50ms or 1.5s", value)
	}
	return float64(d) / float64(time.Microsecond), nil
}

func number(value string) (float64, error) {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n != n {
		return 0, fmt.Errorf("%q is no number", value)
	}
	return n, nil
}

func ratio(value string) (float64, error) {
	digits, percent := strings.CutSuffix(value, "%")
	n, err := number(digits)
	if percent {
		n /= 100
	}
	if err != nil || n < 0 || n > 1 {
		return 0, fmt.Errorf("%q is no ratio, want for example 99%% or 0.99", value)
	}
	return n, nil
}

// Meets compares an observed value: for metrics as they are recorded, so
// microseconds for times; 0 to 1 for ratios and shares.
func (t Threshold) Meets(observed float64) bool {
	switch t.op {
	case "<":
		return observed < t.value
	case "<=":
		return observed <= t.value
	case "==":
		return observed == t.value
	case "!=":
		return observed != t.value
	case ">=":
		return observed >= t.value
	default:
		return observed > t.value
	}
}

// MarshalText writes the condition as it was given.
func (t Threshold) MarshalText() ([]byte, error) { return []byte(t.Text), nil }

// UnmarshalText reads a condition, as Parse does.
func (t *Threshold) UnmarshalText(text []byte) (err error) {
	*t, err = Parse(string(text))
	return err
}
