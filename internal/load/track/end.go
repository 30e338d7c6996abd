package track

import "time"

// Satisfied tells whether nothing that was due by the end of the steady window
// can still come, or is worth waiting for, so that the stream may be cut off.
// It is asked when that end has passed.
func (s *Stream) Satisfied(l *Ledger) bool {
	switch {
	case s.is(finished), s.is(failed), s.unjudged:
		return true
	case !s.is(opened), s.endsInTime(l):
		return false
	}
	return s.seq.Missing(s.dueBySteady(l)) == 0
}

// endsInTime tells whether the stream's own end is due before that of the run.
func (s *Stream) endsInTime(l *Ledger) bool {
	return s.scheduled(l) && s.total >= 0 && s.due(l, s.end(l)) <= l.Windows.End
}

// end is one past the last position of the message.
func (s *Stream) end(l *Ledger) int64 {
	if l.Plan.Kind == Progress {
		return s.total + firstPercent
	}
	return s.total
}

func (s *Stream) scheduled(l *Ledger) bool {
	return l.Plan.Interval > 0 && s.is(anchored)
}

func (s *Stream) due(l *Ledger, pos int64) time.Duration {
	return s.t0 + time.Duration(pos-s.base)*l.Plan.Interval
}

// dueBySteady is one past the last position that was due when the steady window
// ended.
func (s *Stream) dueBySteady(l *Ledger) int64 {
	if !s.scheduled(l) || l.Windows.Steady < s.t0 {
		return 0
	}
	end := s.base + int64((l.Windows.Steady-s.t0)/l.Plan.Interval) + 1
	if s.total >= 0 {
		end = min(end, s.end(l))
	}
	return end
}

// Finish is the last judgement, when the client reads no more.
func (s *Stream) Finish(l *Ledger) {
	counts := &l.Tally.Counts
	if s.unjudged {
		return
	}
	if !s.is(finished) && !s.is(dropped) {
		s.seq.Settle(s.dueBySteady(l), s.loser(l))
	}
	switch {
	case s.is(finished):
	case s.is(failed), !s.is(opened):
		s.set(failed)
		counts.Failed++
	default:
		counts.CutOff++
	}
	counts.Judged++
	if s.good(l) {
		counts.Good++
	}
}

func (s *Stream) good(l *Ledger) bool {
	if s.is(failed) || s.faults > 0 {
		return false
	}
	for i, b := range l.Plan.Budgets {
		if spent := s.budgets[i]; !b.Allows(uint64(spent.beyond), uint64(spent.values)) {
			return false
		}
	}
	return true
}
