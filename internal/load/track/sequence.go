package track

import "math/bits"

// Width is how far, in positions, an event may arrive behind the highest one
// and still be told from a duplicate. What is missing further back than that is
// lost.
const Width = 64

// maxJump bounds a step forward. A larger one is no gap but a broken position.
const maxJump = 1 << 20

// maxPosition is beyond all positions, and far enough from the end of their type
// for sums.
const maxPosition = 1 << 62

// Verdict is what one position says about its stream.
type Verdict int

const (
	InOrder    Verdict = iota // higher than all before it, with or without a gap
	Reordered                 // missing until now, and a higher one came first
	Duplicate                 // seen before, or older than the window
	Impossible                // before the first position, or absurdly far ahead
)

// Sequence finds out whether each position of a stream arrives once and in
// order, in constant space: a window of Width bits that slides over the
// positions. The zero value expects position 0 first. It knows no time and
// serves one goroutine at a time.
type Sequence struct {
	first int64  // no position is lower
	floor int64  // every position below is settled: seen, or told to be lost
	next  int64  // one past the highest position seen
	seen  uint64 // bit i stands for position floor+i
}

// StartAt sets the first position of the stream. It must come before the first
// call of See.
func (s *Sequence) StartAt(first int64) {
	*s = Sequence{first: first, floor: first, next: first}
}

// Rewind forgets what came from a position on, which is to come again.
func (s *Sequence) Rewind(next int64) { s.floor, s.next, s.seen = next, next, 0 }

// Next is one past the highest position seen.
func (s *Sequence) Next() int64 { return s.next }

// See takes the position of an event that arrived. It calls lost for the
// positions that are too far back now to be waited for, a run of them at a
// time: those from the first up to, not including, the end.
func (s *Sequence) See(pos int64, lost func(first, end int64)) Verdict {
	switch {
	case pos < s.first, pos-s.next >= maxJump, pos >= maxPosition:
		return Impossible
	case pos < s.floor:
		return Duplicate
	}
	s.Settle(pos-Width+1, lost)
	bit := uint64(1) << (pos - s.floor)
	switch {
	case s.seen&bit != 0:
		return Duplicate
	case pos < s.next:
		s.seen |= bit
		return Reordered
	}
	s.seen |= bit
	s.next = pos + 1
	return InOrder
}

// Settle gives up waiting for the positions below end: it calls lost for each
// run of them that has not been seen. What arrives for them later is a
// duplicate. However far away end is, it takes a few steps only.
func (s *Sequence) Settle(end int64, lost func(first, end int64)) {
	for s.floor < end {
		if seen := min(int64(bits.TrailingZeros64(^s.seen)), end-s.floor); seen > 0 {
			s.slide(seen)
			continue
		}
		missing := end - s.floor
		if s.seen != 0 {
			missing = min(missing, int64(bits.TrailingZeros64(s.seen)))
		}
		lost(s.floor, s.floor+missing)
		s.slide(missing)
	}
	s.next = max(s.next, s.floor)
}

// slide moves the window on.
func (s *Sequence) slide(n int64) {
	s.floor += n
	s.seen >>= n
}

// Missing is the number of positions below end that have not been seen and not
// been told to be lost.
func (s *Sequence) Missing(end int64) int64 {
	if end <= s.floor {
		return 0
	}
	width := end - s.floor
	seen := s.seen
	if width < Width {
		seen &= 1<<width - 1
	}
	return width - int64(bits.OnesCount64(seen))
}
