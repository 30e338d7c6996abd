package track

import (
	"hash/maphash"

	"sseserver/internal/eventstream"
)

// detect finds out how a stream of unknown kind numbers its events.
func detect(l *Ledger, e eventstream.Event) Numbering {
	if l.fields.Parse(e.Data) == nil && l.fields.has&hasPosition != 0 {
		return ByPosition
	}
	if _, ok := parseID(e.ID); ok {
		return ByID
	}
	return Unnumbered
}

// greetings is how many events a stream may begin with that have no number, such
// as a word of welcome, before those that have one.
const greetings = 16

// lookAgain is detect for the events after the first, as long as none had a
// number.
func (s *Stream) lookAgain(l *Ledger, e eventstream.Event) {
	if s.course.events >= greetings {
		s.clear(looking)
		return
	}
	numbers := detect(l, e)
	if numbers == Unnumbered {
		return
	}
	s.clear(looking)
	s.numbers = numbers
	if numbers == ByID {
		s.set(doubtful)
	}
	if !s.is(counted) {
		return
	}
	s.clear(counted)
	l.Tally.Counts.Unnumbered--
	if pos, found := s.position(l, e); found == numbered {
		s.base = pos - s.seq.Next() // the events before it had their turns in the schedule, too
	}
}

// confirm looks at the second id of a stream that seems to number its events:
// one that is not near the first, such as a random number, numbers nothing.
func (s *Stream) confirm(l *Ledger, e eventstream.Event) {
	id, ok := parseID(e.ID)
	if ok && id == s.latest {
		return // the first one again, which says no more than before
	}
	s.clear(doubtful)
	if ok && max(id-s.latest, s.latest-id) <= Width {
		return
	}
	s.clear(resuming)
	s.numbers = Unnumbered
	l.Tally.Counts.Unnumbered++
}

// found says what the search for an event's position came to.
type found int

const (
	numbered   found = iota
	unnumbered       // it has none, and need not have one
	broken           // it has none, and should
)

// position finds the number of an event, and leaves the fields of its data in
// the ledger where the kind of stream has them.
func (s *Stream) position(l *Ledger, e eventstream.Event) (int64, found) {
	missing := broken
	if l.Plan.Kind == Any {
		missing = unnumbered
	}
	switch {
	case s.numbers == ByPath:
		if pos, ok := l.Plan.NumberAt.Number(e.Data); ok {
			return pos, numbered
		}
		return 0, missing
	case s.numbers == Unnumbered:
		return s.seq.Next(), numbered // so that at least the number of events is checked
	case s.numbers == ByPosition || l.Plan.Kind == Progress:
		if l.fields.Parse(e.Data) != nil {
			return 0, missing
		}
	}
	if s.numbers == ByPosition {
		if l.fields.has&hasPosition == 0 {
			return 0, missing
		}
		if s.total < 0 && l.fields.has&hasTotal != 0 && s.reading.Live == nil {
			s.total = l.fields.Total
		}
		return l.fields.Position, numbered
	}
	pos, ok := parseID(e.ID)
	if !ok && s.noID() {
		pos, ok = percentOf(l.fields.Chunk)
	}
	if !ok || l.Plan.Kind == Any && s.repeatsID(e, pos) {
		return 0, missing
	}
	return pos, numbered
}

// repeatsID tells an event without an id from a duplicate: the parser gives it
// the id of an earlier event, but its data is another.
func (s *Stream) repeatsID(e eventstream.Event, pos int64) bool {
	data := maphash.Bytes(seed, e.Data)
	if pos == s.latest {
		return data != s.lastData
	}
	s.lastData = data
	return false
}

var seed = maphash.MakeSeed()

// parseID reads a natural number as it is usually written.
func parseID(id []byte) (int64, bool) {
	s := scanner{rest: id}
	n, ok := s.number()
	return n, ok && len(s.rest) == 0
}
