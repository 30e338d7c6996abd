package fault

import (
	"math/rand/v2"
	"slices"
	"time"
	"unicode/utf8"
)

// Stream is a plan of one stream. It is not changed once it was made, so any
// goroutine may read it.
type Stream struct {
	plan Plan
	seed uint64
	from int // what has happened up to this position; never if the stream is from the beginning
}

// Of returns the plan of one stream, which is resumed at the position from, or
// not resumed.
func (p Plan) Of(seed uint64, from int, resumed bool) *Stream {
	if !resumed {
		from = never
	}
	return &Stream{plan: p, seed: seed, from: from}
}

// Whole returns what happens to the whole stream.
func (s *Stream) Whole() (set Set) {
	for _, fault := range s.plan.faults {
		if !Kinds[fault.kind].At && (fault.kind != First || s.from == never) {
			set.Add(fault.kind)
		}
	}
	return set
}

// Can says whether a kind of fault can happen to the stream or its chunks, and has
// not happened before.
func (s *Stream) Can(kind Kind) bool {
	return slices.ContainsFunc(s.plan.faults, func(fault one) bool {
		return fault.kind == kind && (fault.position == never || fault.position > s.from)
	})
}

// At returns what happens to the chunk of a position, where before is that of the
// chunk before it, or less than any if it is the first.
func (s *Stream) At(before, position int) (set Set) {
	for i, fault := range s.plan.faults {
		if s.happens(i, fault, before, position) {
			set.Add(fault.kind)
		}
	}
	return set.resolved()
}

// resolved leaves out what cannot happen to a chunk beside something else: one that
// does not arrive does not arrive twice. Of several ends it is the one with most in it.
func (s Set) resolved() Set {
	const (
		ends    = 1<<Cut | 1<<Truncate | 1<<End
		places  = 1<<Drop | 1<<Double | 1<<Swap
		content = 1<<Corrupt | 1<<Comment
	)
	switch {
	case s.Has(Truncate):
		return s&^(ends|places) | 1<<Truncate
	case s.Has(Cut):
		return s&^(ends|places|content) | 1<<Cut
	case s.Has(End):
		return s &^ (places | content)
	case s.Has(Drop):
		return s&^(places|content) | 1<<Drop
	default:
		return s
	}
}

// happens says whether the fault of index i happens to a chunk.
func (s *Stream) happens(i int, fault one, before, position int) bool {
	switch {
	case !Kinds[fault.kind].At || position <= s.from:
		return false
	case fault.chance > 0:
		return s.random(i, position).Float64() < fault.chance
	default:
		return max(before, s.from) < fault.position && fault.position <= position
	}
}

// random returns random numbers of a fault at a position.
func (s *Stream) random(fault, position int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, uint64(position)<<8|uint64(fault)))
}

// Pace returns how the chunk of a position departs from the pace of its stream; before
// is as in At. It is later by pause, with all that follow; it alone is later by late;
// or it comes together with the one before.
func (s *Stream) Pace(before, position int) (pause, late time.Duration, together bool) {
	for i, fault := range s.plan.faults {
		switch {
		case fault.kind == Stall && s.happens(i, fault, before, position),
			fault.kind == First && before < 0 && s.from == never:
			pause += fault.value.duration
		case fault.kind == Jitter:
			late += time.Duration(s.random(i, position).Int64N(int64(fault.value.duration) + 1))
		case fault.kind == Burst:
			together = before >= 0 && before/fault.value.number == position/fault.value.number
		}
	}
	return pause, late, together
}

// Corrupt returns what becomes of the text of a chunk that is corrupt: its first
// code point is another letter.
func (s *Stream) Corrupt(position int, text string) string {
	first, size := utf8.DecodeRuneInString(text)
	letter := 'a' + rune(s.random(maxFaults, position).IntN(26))
	if letter == first {
		letter = 'a' + (letter-'a'+1)%26
	}
	return string(letter) + text[size:]
}

// Retry returns the reconnection time that clients are told, if the plan has one.
func (s *Stream) Retry() time.Duration {
	fault, _ := s.plan.find(Retry)
	return fault.value.duration
}

// EOL returns the end of a line.
func (s *Stream) EOL() string {
	switch fault, _ := s.plan.find(EOL); fault.value.word {
	case "crlf":
		return "\r\n"
	case "cr":
		return "\r"
	default:
		return "\n"
	}
}

// Split returns how many bytes are written at a time, 0 for any number.
func (s *Stream) Split() int {
	fault, _ := s.plan.find(Split)
	return fault.value.number
}
