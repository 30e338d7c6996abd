package report

import (
	"math"
	"time"

	"sseserver/internal/load/measure"
)

// Second is one second of the run.
type Second struct {
	At       int     `json:"at_s"`    // since the start
	Planned  uint64  `json:"planned"` // clients that should be there, whatever the server did
	Open     int64   `json:"open"`    // connections at its end
	Events   uint64  `json:"events"`
	Errors   uint64  `json:"errors"`
	CPUShare float64 `json:"cpu_share"` // of the generator's cores, from 0 to 1
	ProbeMax float64 `json:"probe_max_ms"`
	P50      float64 `json:"lateness_p50_ms"` // of events due in it; upper edge of the bucket that it lies in
	P99      float64 `json:"lateness_p99_ms"`

	Outages   uint64  `json:"outages"` // that began in it: connections lost, after which an event came again
	OutageMax float64 `json:"outage_max_ms"`
	Stalls    uint64  `json:"stalls"` // that began in it
	StallMax  float64 `json:"stall_max_ms"`

	Lateness []uint64 `json:"lateness"` // counts in the buckets; those at the end that are 0 are left out
}

func newTimeline(timeline measure.Timeline, cores int) (edges []float64, seconds []Second) {
	for bucket := range measure.HeatBuckets {
		edges = append(edges, millis(measure.HeatEdge(bucket)))
	}
	seconds = []Second{}
	var planned uint64
	var open int64
	for i, s := range timeline {
		planned += s.Planned - s.Left
		open += int64(s.Opened) - int64(s.Closed)
		second := Second{
			At: i, Planned: planned, Open: open, Events: s.Events, Errors: s.Errors,
			CPUShare: s.CPU.Seconds() / float64(max(cores, 1)), ProbeMax: millis(s.ProbeMax),
			P50:     millis(measure.HeatQuantile(s.Lateness, 0.50)),
			P99:     millis(measure.HeatQuantile(s.Lateness, 0.99)),
			Outages: s.Outages, OutageMax: millis(s.OutageMax), Stalls: s.Stalls, StallMax: millis(s.StallMax),
			Lateness: s.Lateness,
		}
		if second.Lateness == nil {
			second.Lateness = []uint64{}
		}
		seconds = append(seconds, second)
	}
	return edges, seconds
}

// timeline is what newTimeline made the seconds of. A second's opened and closed
// connections are known by their difference only.
func (r *Report) timeline() (timeline measure.Timeline) {
	var before Second
	for _, s := range r.Timeline {
		second := timeline.At(time.Duration(s.At) * time.Second)
		*second = measure.Second{
			Planned: s.Planned - before.Planned, Events: s.Events, Errors: s.Errors,
			CPU:      time.Duration(math.Round(s.CPUShare * float64(max(r.Health.Cores, 1)) * float64(time.Second))),
			ProbeMax: duration(s.ProbeMax), Lateness: s.Lateness,
			Outages: s.Outages, OutageMax: duration(s.OutageMax), Stalls: s.Stalls, StallMax: duration(s.StallMax),
		}
		if more := s.Open - before.Open; more > 0 {
			second.Opened = uint64(more)
		} else {
			second.Closed = uint64(-more)
		}
		before = s
	}
	return timeline
}

// duration is what millis made of it.
func duration(ms float64) time.Duration {
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}
