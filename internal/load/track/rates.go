package track

import (
	"time"

	"sseserver/internal/load/measure"
)

// course is what the figures of a whole stream are made of, over all its
// connections.
type course struct {
	asked  time.Duration // when its first request was written
	latest time.Duration // arrival of its latest event with content
	events uint32        // with content
	bytes  int64
}

func (c *course) event(at time.Duration) {
	c.latest = at
	c.events++
}

// Received reports how many bytes the stream delivered since the last call.
func (s *Stream) Received(bytes int64) { s.course.bytes += bytes }

// recordDuration is called once, when the stream comes to its proper end.
func (s *Stream) recordDuration(l *Ledger, at time.Duration) {
	s.record(l, measure.Duration, l.Windows.Of(s.planned), at-s.planned)
}

// recordRates is called once, when the stream is not read any more.
func (s *Stream) recordRates(l *Ledger) {
	c := s.course
	took := (c.latest - c.asked).Seconds()
	if c.events == 0 || took <= 0 {
		return
	}
	w := l.Windows.Of(s.planned)
	record := func(m measure.Metric, n float64) {
		l.Tally.Distributions.RecordNumber(m, w, int64(n/took*m.Unit().Scale()+0.5))
	}
	record(measure.EventRate, float64(c.events))
	record(measure.ByteRate, float64(c.bytes))
}
