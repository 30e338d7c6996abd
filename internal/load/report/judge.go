package report

import (
	"fmt"
	"strconv"

	"github.com/HdrHistogram/hdrhistogram-go"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
)

// Outcome is what the whole run came to.
type Outcome string

const (
	Pass        Outcome = "pass"
	Fail        Outcome = "fail"        // a threshold was not met
	Invalid     Outcome = "invalid"     // the generator itself was not fit, whatever the thresholds say
	Interrupted Outcome = "interrupted" // stopped before its end
)

// ExitCode is the one that the program ends with.
func (o Outcome) ExitCode() int {
	return map[Outcome]int{Pass: 0, Fail: 99, Invalid: 3, Interrupted: 105}[o]
}

// Verdict is one threshold with what was observed.
type Verdict struct {
	Threshold string   `json:"threshold"`
	Pass      bool     `json:"pass"`
	Observed  *float64 `json:"observed"` // times in ms, ratios from 0 to 1; null if nothing was measured, which fails
	Text      string   `json:"observed_text"`
}

func (r *Report) judge(thresholds []threshold.Threshold, interrupted bool) {
	r.Outcome = Pass
	r.Thresholds = []Verdict{}
	for _, t := range thresholds {
		v := r.verdict(t)
		if !v.Pass {
			r.Outcome = Fail
		}
		r.Thresholds = append(r.Thresholds, v)
	}
	switch {
	case interrupted:
		r.Outcome = Interrupted
	case !r.Health.Valid:
		r.Outcome = Invalid
	}
	r.ExitCode = r.Outcome.ExitCode()
}

func (r *Report) verdict(t threshold.Threshold) Verdict {
	observed, text, ok := r.observe(t)
	if !ok {
		return Verdict{Threshold: t.Text, Text: "nothing measured"}
	}
	v := Verdict{Threshold: t.Text, Pass: t.Meets(observed), Text: text}
	if m, ok := measure.MetricByName(t.Name); ok && t.Stat != "count" {
		observed /= m.Unit().Scale()
	}
	v.Observed = &observed
	return v
}

// observe finds the value that a threshold is about, in the threshold's units,
// and as text.
func (r *Report) observe(t threshold.Threshold) (value float64, text string, ok bool) {
	if m, isMetric := measure.MetricByName(t.Name); isMetric {
		return observeMetric(r.Histograms.Figures(m), m, t.Stat)
	}
	switch t.Name {
	case threshold.Goodput:
		if r.Rates.Goodput == nil {
			return 0, "", false
		}
		return *r.Rates.Goodput, percent(*r.Rates.Goodput), true
	case threshold.EventsPerSecond:
		value = r.Rates.EventsPerSecond
	case threshold.Errors:
		for _, n := range r.Errors {
			value += float64(n)
		}
	default:
		n, _ := r.Counts.ByName(t.Name)
		value = float64(n)
		if t.Share {
			value /= float64(max(r.whole(t.Name), 1))
			return value, percent(value), true
		}
	}
	return value, strconv.FormatFloat(value, 'f', -1, 64), true
}

func observeMetric(h *hdrhistogram.Histogram, m measure.Metric, stat string) (value float64, text string, ok bool) {
	if stat == "count" {
		n := h.TotalCount()
		return float64(n), strconv.FormatInt(n, 10), true
	}
	if h.TotalCount() == 0 {
		return 0, "", false
	}
	switch stat {
	case "min":
		value = float64(h.Min())
	case "max":
		value = float64(h.Max())
	case "mean":
		value = h.Mean()
	default:
		percentile, _ := threshold.Percentile(stat)
		value = float64(h.ValueAtPercentile(percentile))
	}
	return value, figure(value/m.Unit().Scale()) + " " + m.Unit().String(), true
}

// whole is what a count is a share of: the events that came or should have come,
// or the streams.
func (r *Report) whole(name string) uint64 {
	switch name {
	case "coalesced":
		return r.Counts.Timely()
	case "lost", "duplicate", "reordered", "corrupt", "early":
		return r.Counts.Received() + r.Counts.Lost
	}
	return r.Counts.Streams
}

func percent(share float64) string { return fmt.Sprintf("%.4g %%", 100*share) }

// figure writes a value with about three digits that count.
func figure(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
