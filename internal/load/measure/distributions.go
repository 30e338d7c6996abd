package measure

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	lowest  = 1             // microsecond, or 1 of what else Metric.Unit counts
	highest = 3_600_000_000 // one hour
	digits  = 3
)

// Distributions has a histogram for each metric and window, made when first
// needed. The zero value is ready. It serves one goroutine at a time.
type Distributions struct {
	of [Metrics][Windows]*hdrhistogram.Histogram
}

// Longest is the longest duration that is told from longer ones.
const Longest = highest * time.Microsecond

// Record counts a duration. A negative one counts as zero, one beyond Longest as
// that.
func (d *Distributions) Record(m Metric, w Window, value time.Duration) {
	d.RecordNumber(m, w, value.Microseconds())
}

// RecordNumber counts a value as the metric's unit is counted: a plain number, or
// a duration in microseconds.
func (d *Distributions) RecordNumber(m Metric, w Window, value int64) {
	h := d.of[m][w]
	if h == nil {
		h = newHistogram()
		d.of[m][w] = h
	}
	_ = h.RecordValue(min(max(value, 0), highest)) // cannot be out of range any more
}

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(lowest, highest, digits) }

// In is the histogram of one window, never nil. The caller must not change it.
func (d *Distributions) In(m Metric, w Window) *hdrhistogram.Histogram {
	if h := d.of[m][w]; h != nil {
		return h
	}
	return newHistogram()
}

// Overall is a new histogram of all windows together.
func (d *Distributions) Overall(m Metric) *hdrhistogram.Histogram {
	all := newHistogram()
	for _, h := range d.of[m] {
		if h != nil {
			all.Merge(h)
		}
	}
	return all
}

// Figures is the histogram that a report's figures come from: that of the
// steady window, or the overall one where Metric.OfSteady says no. The caller
// must not change it.
func (d *Distributions) Figures(m Metric) *hdrhistogram.Histogram {
	if m.OfSteady() {
		return d.In(m, Steady)
	}
	return d.Overall(m)
}

// Merge adds the values of from, which stays as it is.
func (d *Distributions) Merge(from *Distributions) {
	for m := range Metrics {
		for w, h := range from.of[m] {
			if h == nil {
				continue
			}
			if d.of[m][w] == nil {
				d.of[m][w] = newHistogram()
			}
			d.of[m][w].Merge(h)
		}
	}
}

// MarshalJSON writes {"lateness": {"steady": "HISTFAAAA…"}} with what is not empty.
func (d Distributions) MarshalJSON() ([]byte, error) {
	out := map[string]map[string]string{}
	for m := range Metrics {
		for w := range Windows {
			h := d.of[m][w]
			if h == nil {
				continue
			}
			encoded, err := h.EncodeV2()
			if err != nil {
				return nil, fmt.Errorf("measure: encode %v: %w", m, err)
			}
			if out[m.String()] == nil {
				out[m.String()] = map[string]string{}
			}
			out[m.String()][w.String()] = string(encoded)
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Distributions) UnmarshalJSON(data []byte) error {
	var in map[string]map[string]string
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	*d = Distributions{}
	for m := range Metrics {
		for w := range Windows {
			encoded, ok := in[m.String()][w.String()]
			if !ok {
				continue
			}
			h, err := hdrhistogram.Decode([]byte(encoded))
			if err != nil {
				return fmt.Errorf("measure: decode %v: %w", m, err)
			}
			d.of[m][w] = h
		}
	}
	return nil
}
