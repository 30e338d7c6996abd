package threshold

import (
	"time"

	"sseserver/internal/load/measure"
)

// Budget is a threshold as seen by a single stream, which has no histogram of
// its own: a percentile stays within its bound exactly if no more than a
// certain share of the values is beyond it, so the stream only counts those.
type Budget struct {
	Metric measure.Metric
	share  float64 // of values that may be beyond the bound
	within Threshold
}

// Budgets are those of the conditions that mean something for a single stream:
// upper bounds on percentiles and maxima of times.
func Budgets(thresholds []Threshold) (out []Budget) {
	for _, t := range thresholds {
		m, ok := measure.MetricByName(t.Name)
		if !ok || !m.IsTime() || m == measure.Probe || t.op != "<" && t.op != "<=" {
			continue
		}
		if t.Stat == "max" {
			out = append(out, Budget{Metric: m, within: t})
		} else if p, ok := Percentile(t.Stat); ok {
			out = append(out, Budget{Metric: m, share: 1 - p/100, within: t})
		}
	}
	return out
}

// Exceeds says whether a value is beyond the bound.
func (b Budget) Exceeds(value time.Duration) bool {
	return !b.within.Meets(float64(value.Microseconds()))
}

// Allows says whether a stream with so many values, and so many of them beyond
// the bound, meets the threshold.
func (b Budget) Allows(beyond, values uint64) bool {
	return float64(beyond) <= b.share*float64(values)+1e-9 // 1 - 0.99 is a little less than 0.01
}
