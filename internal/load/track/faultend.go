package track

import (
	"time"

	"sseserver/internal/fault"
)

// endsAsAsked tells whether the end of a connection is the one that its plan has at
// this place, and judges it if it should be.
func (s *Stream) endsAsAsked(l *Ledger, at time.Duration, cause Cause) bool {
	switch {
	case s.faults == nil, s.is(finished):
		return false
	case cause == Dropped, cause == Stopped:
		s.excuse()
		return false
	case cause != Ended && cause != Truncated:
		return false
	}
	kind, ends := s.nextEnd(l)
	if !ends {
		return false
	}
	asked := cause == Truncated
	if kind == fault.End || kind == fault.NoDone {
		asked = cause == Ended
	}
	s.check(l, kind, asked)
	if asked && kind == fault.NoDone {
		s.finish(l, at)
	}
	return asked
}

// nextEnd tells how the connection ends, if nothing else must come before.
func (s *Stream) nextEnd(l *Ledger) (kind fault.Kind, ends bool) {
	f := s.faults
	for {
		for len(f.queue) > 0 && f.queue[0].again {
			s.missing(l, fault.Double)
			f.queue = f.queue[1:]
		}
		if len(f.queue) > 0 {
			return 0, false
		}
		over := f.next >= s.lastEnd(l)
		kind, ends = ending(f.at(f.next))
		switch {
		case over && f.holds:
			f.release(f.held.pos)
		case over:
			return fault.NoDone, f.whole.Has(fault.NoDone) && s.isOver()
		case ends && f.holds:
			f.release(f.next)
		case ends:
			return kind, true
		default:
			s.pass(l, f.at(f.next))
		}
	}
}

// endsAtOnce tells whether the connection is to end before anything more comes of it.
func (s *Stream) endsAtOnce(l *Ledger) bool {
	if s.faults == nil {
		return false
	}
	_, ends := s.nextEnd(l)
	f := s.faults
	return ends || f.next >= s.lastEnd(l) && len(f.queue) == 0
}

// isOver tells whether the message has an end that the server can know.
func (s *Stream) isOver() bool { return s.reading.Live == nil || s.reading.end.Load() != nil }

// excuse lets go of chunks that the server has swapped, and for whose turn this side
// did not wait.
func (s *Stream) excuse() {
	f := s.faults
	if f.holds {
		f.queue = append(f.queue, f.held)
	}
	for _, turn := range f.queue {
		if turn.late && turn.pos < s.seq.Next() {
			s.seq.See(turn.pos, func(_, _ int64) {}) // it is near enough
		}
	}
	f.queue, f.holds = nil, false
}

// foresee goes on to a position that was due, as if all had come, so that what comes
// still later or never is not lost. It returns that position, or the one before which
// the connection should have ended.
func (s *Stream) foresee(l *Ledger, end int64) int64 {
	f := s.faults
	if f == nil {
		return end
	}
	for f.next < end {
		f.queue = nil
		happens := f.at(f.next)
		if kind, ends := ending(happens); ends {
			s.missing(l, kind)
			end = f.next
			break
		}
		s.pass(l, happens)
	}
	if f.holds { // its turn is not due
		s.seq.See(f.held.pos, s.loser(l))
	}
	return end
}

// allCame judges what the plan has up to the end of the message, which the server has
// told.
func (s *Stream) allCame(l *Ledger) {
	f := s.faults
	if f == nil {
		return
	}
	for f.next < s.lastEnd(l) {
		s.discard(l)
		s.step(l)
	}
	f.release(f.held.pos)
	s.discard(l)
	if f.whole.Has(fault.NoDone) {
		s.missing(l, fault.NoDone)
	}
}
