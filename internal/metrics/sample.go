package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Sample is what an operator watches of the metrics, counted from the start.
type Sample struct {
	Counts     Counts
	Events     int64 // written to streams, of all kinds
	LogDropped int64 // lines that the log lacks
	Lateness   Lateness
}

// Lateness is how many events were late by how much. The zero value is none.
type Lateness struct{ counts []uint64 } // as in histogram

// Sample reads what is watched. What is counted meanwhile may be in it.
func (m *Metrics) Sample() Sample {
	s := Sample{Counts: m.Counts(), LogDropped: valueOf(m.logDropped)}
	for _, stream := range m.streams {
		s.Events += valueOf(stream.events)
		s.Lateness = stream.lateness.read() // which is one for all kinds
	}
	return s
}

// valueOf returns what a counter stands at.
func valueOf(counter prometheus.Counter) int64 {
	var read dto.Metric
	if err := counter.Write(&read); err != nil { // a counter always can
		return 0
	}
	return int64(read.GetCounter().GetValue())
}

func (h *histogram) read() Lateness {
	l := Lateness{make([]uint64, len(h.counts))}
	for i := range h.counts {
		l.counts[i] = h.counts[i].Load()
	}
	return l
}

// Since returns what was counted after before.
func (l Lateness) Since(before Lateness) Lateness {
	since := Lateness{make([]uint64, len(l.counts))}
	for i, n := range l.counts {
		since.counts[i] = n
		if i < len(before.counts) {
			since.counts[i] -= before.counts[i]
		}
	}
	return since
}

// Percentile returns what the given part of the events, from 0 to 1, was late by at
// most: as Prometheus's histogram_quantile, it takes the events between two bounds for
// evenly spread. Beyond the last bound it is that. It says false if there are no
// events.
func (l Lateness) Percentile(part float64) (time.Duration, bool) {
	var all uint64
	for _, n := range l.counts {
		all += n
	}
	rank, below := part*float64(all), time.Duration(0)
	for i, n := range l.counts {
		if i == len(delayBuckets) {
			break
		}
		if rank <= float64(n) && n > 0 {
			return below + time.Duration(rank/float64(n)*float64(delayBuckets[i]-below)), true
		}
		rank, below = rank-float64(n), delayBuckets[i]
	}
	return below, all > 0
}
