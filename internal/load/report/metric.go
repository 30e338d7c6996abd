package report

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"sseserver/internal/load/measure"
)

// Metric is one distribution.
type Metric struct {
	Unit    string `json:"unit"`   // ms, events, events/s or bytes/s
	Window  string `json:"window"` // that the figures are of: steady or all
	Meaning string `json:"meaning"`
	Statistics
	Windows map[string]Statistics `json:"windows"` // each alone, those with values
	Curve   [][2]float64          `json:"curve"`   // percentile and the value that it does not exceed
}

// Statistics are the figures of a distribution, in its unit.
type Statistics struct {
	Count int64   `json:"count"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99_9"`
	Max   float64 `json:"max"`
}

// newMetric is nil if there are no values at all.
func newMetric(d *measure.Distributions, m measure.Metric) *Metric {
	if d.Overall(m).TotalCount() == 0 {
		return nil
	}
	metric := &Metric{Unit: m.Unit().String(), Window: "all", Meaning: m.Meaning(), Windows: map[string]Statistics{}}
	if m.OfSteady() {
		metric.Window = measure.Steady.String()
	}
	figures, scale := d.Figures(m), m.Unit().Scale()
	metric.Statistics = statistics(figures, scale)
	metric.Curve = curve(figures, scale)
	for w := range measure.Windows {
		if h := d.In(m, w); h.TotalCount() > 0 {
			metric.Windows[w.String()] = statistics(h, scale)
		}
	}
	return metric
}

func statistics(h *hdrhistogram.Histogram, scale float64) Statistics {
	if h.TotalCount() == 0 {
		return Statistics{}
	}
	at := func(percentile float64) float64 { return float64(h.ValueAtPercentile(percentile)) / scale }
	return Statistics{
		Count: h.TotalCount(), Min: float64(h.Min()) / scale, Mean: h.Mean() / scale,
		P50: at(50), P90: at(90), P95: at(95), P99: at(99), P999: at(99.9), Max: float64(h.Max()) / scale,
	}
}

func curve(h *hdrhistogram.Histogram, scale float64) [][2]float64 {
	points := [][2]float64{}
	if h.TotalCount() == 0 {
		return points
	}
	for _, b := range h.CumulativeDistributionWithTicks(5) {
		points = append(points, [2]float64{b.Quantile, float64(b.ValueAt) / scale})
	}
	return points
}
