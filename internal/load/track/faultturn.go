package track

import (
	"math"
	"slices"

	"sseserver/internal/fault"
)

// before is the position of the chunk before one, as a plan wants it: -1 if there is
// none on the connection.
func (f *faults) before(pos int64) int {
	if pos <= f.from {
		return -1
	}
	return int(pos - 1)
}

// at is what happens to the chunk of a position.
func (f *faults) at(pos int64) fault.Set { return f.of.At(f.before(pos), int(pos)) }

// ending is the kind by which a connection ends before a chunk, or inside of it.
func ending(happens fault.Set) (kind fault.Kind, ends bool) {
	for _, kind := range [...]fault.Kind{fault.Cut, fault.Truncate, fault.End} {
		if happens.Has(kind) {
			return kind, true
		}
	}
	return 0, false
}

// meet finds the frame of a position among those that may come now. What it leaves
// behind did not come.
func (s *Stream) meet(l *Ledger, pos int64) frame {
	f := s.faults
	for {
		i := slices.IndexFunc(f.queue, func(turn frame) bool { return turn.pos == pos })
		switch {
		case i >= 0:
			return s.take(l, i)
		case pos >= f.next, f.holds && f.held.pos == pos && len(f.queue) == 0:
			s.discard(l)
			s.step(l)
		default:
			return s.stray(l, pos)
		}
	}
}

// take takes a frame out of the queue.
func (s *Stream) take(l *Ledger, i int) frame {
	f := s.faults
	turn := f.queue[i]
	if turn.late && slices.ContainsFunc(f.queue[:i], func(t frame) bool { return !t.again && !t.late }) {
		f.queue = slices.Delete(f.queue, i, i+1)
		s.missing(l, fault.Swap)
		turn.late = false
		return turn
	}
	rest := f.queue[i+1:]
	f.queue = f.queue[:i]
	s.discard(l)
	f.queue = rest
	switch {
	case turn.again:
		s.check(l, fault.Double, true)
	case turn.late:
		s.check(l, fault.Swap, true)
	}
	return turn
}

// discard gives up on the queue. Chunks in it that did not come are the sequence's
// to miss.
func (s *Stream) discard(l *Ledger) {
	for _, turn := range s.faults.queue {
		if turn.again {
			s.missing(l, fault.Double)
		}
	}
	s.faults.queue = nil
}

// step lets the server take its next chunk, though something came that says that it
// did not end the connection there.
func (s *Stream) step(l *Ledger) {
	f := s.faults
	happens := f.at(f.next)
	kind, ends := ending(happens)
	switch {
	case f.next >= s.lastEnd(l):
		f.release(f.held.pos) // it comes in its place after all
		return
	case ends && f.holds:
		f.release(f.next)
		return
	case ends:
		s.missing(l, kind)
	}
	s.pass(l, happens)
}

// pass lets the server go by its next chunk, to which this happens.
func (s *Stream) pass(l *Ledger, happens fault.Set) {
	f := s.faults
	turn := frame{pos: f.next, happens: happens, with: f.next}
	f.next++
	switch {
	case happens.Has(fault.Drop):
		s.check(l, fault.Drop, true)
		s.seq.See(turn.pos, s.loser(l)) // as if it had come
	case happens.Has(fault.Swap) && !f.holds:
		turn.late = true
		f.held, f.holds = turn, true
		return
	default:
		f.push(turn)
	}
	f.release(turn.pos)
}

// push adds the frame of a chunk, or the two of it.
func (f *faults) push(turn frame) {
	f.queue = append(f.queue, turn)
	if turn.happens.Has(fault.Double) {
		turn.again = true
		f.queue = append(f.queue, turn)
	}
}

// release lets the chunk come that waited for the next, with which it is due.
func (f *faults) release(with int64) {
	if f.holds {
		f.holds = false
		f.held.with = with
		f.push(f.held)
	}
}

// stray is an event that the server should have sent before, or not at all.
func (s *Stream) stray(l *Ledger, pos int64) frame {
	turn := frame{pos: pos, with: pos}
	if pos >= s.faults.from && s.faults.at(pos).Has(fault.Drop) {
		l.Tally.FaultWithdrawn(fault.Drop.String())
		s.missing(l, fault.Drop)
		turn.again = true // it counts as seen
	}
	return turn
}

// lastEnd is one past the last position that the server can have taken.
func (s *Stream) lastEnd(l *Ledger) int64 {
	switch {
	case s.reading.Live != nil:
		return s.reading.sent.Load()
	case s.total >= 0:
		return s.end(l)
	}
	return math.MaxInt64
}
