package track

import "time"

// Publications is the schedule of a run that publishes to a hub, whose streams
// then carry what it published: number n, from 0, is due at Start + n *
// Plan.Interval. So all streams share one schedule, whenever they open.
type Publications struct {
	Start time.Duration
	Count int64 // in the whole run
}

// publishedBy is how many publications are due before a moment.
func (p *Plan) publishedBy(moment time.Duration) int64 {
	if moment <= p.Publications.Start {
		return 0
	}
	n := (moment - p.Publications.Start + p.Interval - 1) / p.Interval
	return min(int64(n), p.Publications.Count)
}

// subscribed settles what a connection owes. From the stream's first response
// head on each publication must come, whether or not this connection lasts.
func (s *Stream) subscribed(l *Ledger, head time.Duration, first bool) {
	if first {
		s.seq.StartAt(l.Plan.publishedBy(head))
	}
	s.anchor(l.Plan.Publications.Start, 0)
}

// firstPosition is where the sequence begins whose first event has the given
// position. A hub may also deliver publications that were due before the stream
// opened; they are then part of it.
func (s *Stream) firstPosition(l *Ledger, pos int64) int64 {
	if l.Plan.Publications == nil {
		return pos
	}
	return min(pos, s.seq.Next())
}

// owed tells whether an event can be a publication that this stream must get. A
// number that is not due yet is one of an earlier run, which the hub still
// keeps, or of another publisher. One from before the stream's first event may
// come, or not.
func (s *Stream) owed(l *Ledger, pos int64, at time.Duration) bool {
	switch {
	case l.Plan.Publications == nil:
		return true
	case pos >= l.Plan.Publications.Count, at < s.due(l, pos):
		l.Tally.Counts.Early++
		return false
	}
	return !s.is(counted) || pos >= s.seq.first
}

// owesNothing tells whether the stream opened when all was published already.
func (s *Stream) owesNothing(l *Ledger) bool {
	return l.Plan.Publications != nil && s.is(opened) && s.seq.first >= l.Plan.publishedBy(l.Windows.Steady)
}
