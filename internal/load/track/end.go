package track

import "time"

// Satisfied tells whether nothing that was due by the end of the steady window
// can still come, or is worth waiting for, so that the stream may be cut off.
// It is asked when that end has passed.
func (s *Stream) Satisfied(l *Ledger) bool {
	switch {
	case s.is(finished), s.is(failed), s.unjudged:
		return true
	case s.reading.Live != nil:
		return s.satisfiedLive()
	case !s.is(begun) && !s.owesNothing(l), s.endsInTime(l): // one opened late needs its first event to be judged
		return false
	case l.Plan.Kind == Any && l.Plan.Done != "": // it has an end, which is worth waiting for
		return false
	}
	return s.seq.Missing(s.dueBySteady(l)) == 0
}

// endsInTime tells whether the stream's own end is due before that of the run.
func (s *Stream) endsInTime(l *Ledger) bool {
	switch {
	case !s.scheduled(l) || s.total < 0:
		return false
	case s.faults != nil:
		return s.horizon(l).end > s.end(l)
	}
	return s.due(l, s.end(l)) <= l.Windows.End
}

// end is one past the last position of the message.
func (s *Stream) end(l *Ledger) int64 {
	if l.Plan.Kind == Progress {
		return s.total + firstPercent
	}
	return s.total
}

func (s *Stream) scheduled(l *Ledger) bool {
	return l.Plan.Interval > 0 && s.is(anchored) && !s.reading.piped()
}

// due is when a position is due. All that is due after the end of the run is
// due at one moment soon after it, however far away its position is.
func (s *Stream) due(l *Ledger, pos int64) time.Duration {
	switch {
	case s.faults != nil:
		return s.dueBent(pos)
	case s.reading.Live != nil:
		return s.dueLive(pos)
	}
	beyond := int64((l.Windows.End-s.t0)/l.Plan.Interval) + 1
	return s.t0 + time.Duration(min(pos-s.base, beyond))*l.Plan.Interval
}

// dueBySteady is one past the last position that was due when the steady window
// ended.
func (s *Stream) dueBySteady(l *Ledger) int64 {
	if l.Plan.Publications != nil && s.is(opened) {
		return l.Plan.publishedBy(l.Windows.Steady)
	}
	if s.reading.Live != nil && s.is(opened) {
		return s.reading.promised.Load()
	}
	base, known := s.schedule(l)
	if !known || l.Windows.Steady < s.t0 {
		return 0
	}
	end := base + int64((l.Windows.Steady-s.t0)/l.Plan.Interval) + 1
	if s.faults != nil {
		end = s.horizon(l).steady
	}
	if s.total >= 0 {
		end = min(end, s.end(l))
	}
	return end
}

// schedule is the position that was due at t0, if there is a schedule. As long
// as no event says which one the latest connection begins with, it is the one
// after the latest.
func (s *Stream) schedule(l *Ledger) (base int64, known bool) {
	switch {
	case l.Plan.Interval == 0, !s.is(opened):
		return 0, false
	case s.is(anchored):
		return s.base, true
	}
	return s.latest + 1, !l.Plan.FirstEvent
}

// settle gives up on all that has not come, though a later position came or it
// was due.
func (s *Stream) settle(l *Ledger) {
	end := s.seq.Next()
	switch {
	case s.unjudged, s.is(dropped): // what else was due did not come because of this side
	case !s.is(finished):
		end = s.foresee(l, max(end, s.dueBySteady(l)))
		if base, known := s.schedule(l); known {
			s.anchor(s.t0, base)
		}
	case s.total >= 0:
		end = max(end, s.end(l))
	}
	s.seq.Settle(end, s.loser(l))
}

// Leave says that the client is about to go as planned, though the stream is
// not over: nothing that it did not wait for is lost.
func (s *Stream) Leave() {
	if !s.is(finished) {
		s.set(dropped)
	}
}

// Finish is the last judgement, when the client reads no more.
func (s *Stream) Finish(l *Ledger) {
	counts := &l.Tally.Counts
	s.settle(l)
	if s.is(begun) && !s.is(counted) && l.Plan.Kind == Any {
		counts.Unnumbered++ // whatever Plan.Numbering had hoped for
	}
	if s.unjudged {
		return
	}
	s.recordRates(l)
	if s.is(answered) {
		return // it is no stream
	}
	switch {
	case s.is(finished):
	case s.is(failed), !s.is(opened) && !s.is(dropped), s.owesEnd():
		s.set(failed)
		counts.Failed++
	default:
		counts.CutOff++
	}
	if !s.is(begun) && (s.is(dropped) || s.endsAtOnce(l)) {
		return // it had no chance
	}
	counts.Judged++
	if s.is(opened) && !s.is(begun) && !s.owesNothing(l) {
		counts.Empty++
	}
	if s.good(l) {
		counts.Good++
	}
}

func (s *Stream) good(l *Ledger) bool {
	if !s.is(begun) && !s.owesNothing(l) || s.is(failed) || s.is(faulty) {
		return false
	}
	for i, b := range l.Plan.Budgets {
		if spent := s.budgets[i]; !b.Allows(uint64(spent.beyond), uint64(spent.values)) {
			return false
		}
	}
	return true
}
