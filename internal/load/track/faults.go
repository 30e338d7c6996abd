package track

import (
	"strings"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/fault"
)

// faults is what goes wrong on the connection at hand because its plan wants it. It
// follows the server through the chunks: it knows which frames must come next, and
// what has happened to them.
type faults struct {
	plan  fault.Plan
	seed  uint64
	of    *fault.Stream
	whole fault.Set

	from  int64   // first position of the connection
	next  int64   // position of the chunk that the server takes next
	queue []frame // what it has made of those before, and did not come yet
	held  frame   // which comes behind the chunk that is next
	holds bool    // there is such a one
	now   frame   // the one that is being judged

	met       bool // some chunk came
	commented bool // the comment of a plan came, for the event that is next

	schedule schedule
}

// frame is an event that the server makes of a chunk.
type frame struct {
	pos     int64
	happens fault.Set // to the chunk
	again   bool      // the chunk came before: this is one too many, as the plan wants
	late    bool      // it comes behind the chunk that follows it
	with    int64     // position with which it is due
}

// Expect says what goes wrong on the connection that was opened last.
func (s *Stream) Expect(l *Ledger, plan fault.Plan, seed uint64, resumed bool) {
	if plan.Empty() {
		return
	}
	s.faults = &faults{plan: plan, seed: seed}
	s.expectFrom(l, s.latest+1, resumed)
	if s.faults.whole.Has(fault.Status) { // else no stream would have been opened
		s.missing(l, fault.Status)
	}
}

// expectFrom begins with the position that the server begins with.
func (s *Stream) expectFrom(l *Ledger, from int64, resumed bool) {
	f := s.faults
	f.of = f.plan.Of(f.seed, int(from), resumed)
	f.whole = f.of.Whole()
	f.from, f.next, f.queue, f.holds = from, from, nil, false
	f.schedule = s.newSchedule(l, from)
}

// Instead reports that the server answered with the status that the plan has in the
// place of a stream.
func (s *Stream) Instead(l *Ledger) {
	l.Tally.FaultHappened(fault.Status.String())
	s.set(answered)
}

// Comment reports a comment, which stands before the next event.
func (s *Stream) Comment(text []byte) {
	if s.faults != nil && strings.TrimSpace(string(text)) == "comment" {
		s.faults.commented = true
	}
}

// missing counts a fault that should have happened.
func (s *Stream) missing(l *Ledger, kind fault.Kind) {
	l.Tally.FaultMissing(kind.String())
	s.set(faulty)
}

// check counts a fault as one that happened, or did not.
func (s *Stream) check(l *Ledger, kind fault.Kind, happened bool) {
	if happened {
		l.Tally.FaultHappened(kind.String())
	} else {
		s.missing(l, kind)
	}
}

// turn is what the plan says of the event that came, with a position.
func (s *Stream) turn(l *Ledger, e eventstream.Event, pos int64, at time.Duration) frame {
	if s.faults == nil {
		return frame{}
	}
	f := s.faults
	f.now = s.meet(l, pos)
	s.witness(l, e, at)
	f.met, f.commented = true, false
	return f.now
}

// witness looks whether what should happen to the event has.
func (s *Stream) witness(l *Ledger, e eventstream.Event, at time.Duration) {
	f, turn := s.faults, s.faults.now
	if !f.met && f.whole.Has(fault.NoID) {
		id, ok := parseID(e.ID)
		s.check(l, fault.NoID, !ok || id != turn.pos)
	}
	if !f.met && f.whole.Has(fault.First) {
		s.check(l, fault.First, !s.hasty(f.from, at))
	}
	if turn.happens.Has(fault.Stall) && !turn.again {
		s.check(l, fault.Stall, !s.hasty(turn.pos, at))
	}
	if turn.happens.Has(fault.Comment) {
		s.check(l, fault.Comment, f.commented)
	}
	if turn.happens.Has(fault.Corrupt) {
		s.restore(l, turn.pos)
	}
}

// hasty tells whether a chunk came as if there had been no pause before it.
func (s *Stream) hasty(pos int64, at time.Duration) bool {
	pause, _, _ := s.faults.of.Pace(s.faults.before(pos), int(pos))
	return at < s.dueBent(pos)-pause/2
}

// restore puts the text of a chunk in the place of what the plan makes of it. What
// is corrupt in another way stays so.
func (s *Stream) restore(l *Ledger, pos int64) {
	text, known := s.text(l, pos)
	switch came := string(l.fields.Chunk); {
	case !known:
	case came == s.faults.of.Corrupt(int(pos), text):
		l.fields.Chunk = []byte(text)
		s.check(l, fault.Corrupt, true)
	case came == text:
		s.check(l, fault.Corrupt, false)
	}
}

// text is that of the message at a position, if it is known.
func (s *Stream) text(l *Ledger, pos int64) (text string, known bool) {
	switch {
	case s.reading.Live != nil:
		size := int64(s.reading.plan.Bytes)
		return string(s.reading.AppendText(nil, pos*size, (pos+1)*size)), true
	case l.Plan.Kind == Progress && pos <= lastPercent:
		return percents[pos], true
	case l.Plan.Script != nil && pos < l.Plan.Script.Total():
		return l.Plan.Script.Chunk(pos), true
	}
	return "", false
}

// noID tells whether the plan takes the ids away.
func (s *Stream) noID() bool { return s.faults != nil && s.faults.whole.Has(fault.NoID) }

// percentOf finds the position of a progress event without an id in its text, of
// which the first character may be corrupt.
func percentOf(chunk []byte) (int64, bool) {
	text := string(chunk)
	number := text[strings.LastIndexByte(text, ' ')+1:]
	number, ok := strings.CutSuffix(number, "%")
	pos, natural := parseNatural(number)
	return pos, ok && natural
}

// rewind prepares for a connection on which the server goes on behind the last id
// that came, or from the beginning: what had come beyond that comes again.
func (s *Stream) rewind(l *Ledger, resumed bool) {
	if resumed {
		s.seq.Settle(s.latest+1, s.loser(l))
	} else {
		s.seq.Settle(s.seq.Next(), s.loser(l))
		s.latest = s.seq.first - 1
	}
	s.seq.Rewind(s.latest + 1)
	s.faults = nil
}
