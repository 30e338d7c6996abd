package track

import (
	"hash"
	"time"
)

// Stream is one stream under judgement. The zero value is not ready: make it
// with NewStream. Its methods must be called in the order of what happened,
// together with the ledger they write to.
//
// There is one for each client, so it is kept small: no histogram, no buffer,
// no map.
type Stream struct {
	messageID string // expected in every event; "" if it is not known
	unjudged  bool   // its client is slow on purpose: no times, no end-of-run loss, not among the streams

	planned time.Duration // when it should have opened
	t0      time.Duration // of the connection
	last    time.Duration // arrival of the connection's latest event with content
	lostAt  time.Duration // when the latest connection ended that had an event

	seq     Sequence
	base    int64 // position that was due at t0
	latest  int64 // position of the latest event, where a resumed connection must continue
	total   int64 // chunks of the message, -1 if not known
	numbers Numbering
	state   state

	budgets []spent // for each of the plan's
	course  course
	reading reading
	faults  *faults // what its plan has the connection at hand do; nil without a plan

	lastData uint64    // hash of the data that came with the latest id, for ByID
	digest   hash.Hash // of the chunks so far, where the message is not known; nil if it cannot be told
}

// spent is how much of a budget is used up.
type spent struct{ values, beyond uint32 }

// state is a set of facts about a stream.
type state uint16

const (
	opened    state = 1 << iota // some connection delivered a response head
	begun                       // some event with content arrived
	connected                   // a connection is there now
	resuming                    // it is a resumed one whose first position is still to be checked
	anchored                    // t0 and base are known
	dropped                     // the latest connection was dropped by this side, so what is missing is its fault
	finished                    // the stream came to its proper end
	failed                      // it never will
	counted                     // some event with a position arrived
	doubtful                    // ids seem to number the events, but only one of them has been seen
	looking                     // no event so far had a number, but a later one may
	expected                    // the position at hand is the one after the highest
	faulty                      // something in it was lost, duplicate, reordered, corrupt or an error
	answered                    // with the status that its plan has in its place
)

func (s *Stream) is(facts state) bool { return s.state&facts == facts }
func (s *Stream) set(facts state)     { s.state |= facts }
func (s *Stream) clear(facts state)   { s.state &^= facts }

// Subject says which stream it is.
type Subject struct {
	MessageID string        // "" if it is not known
	Planned   time.Duration // when it should open
	Unjudged  bool          // the client is slow on purpose
	Live      *Live         // the message, if it is a live one
}

// NewStream begins the judgement of a stream that is about to be opened.
func NewStream(l *Ledger, subject Subject) Stream {
	s := Stream{
		messageID: subject.MessageID, planned: subject.Planned, unjudged: subject.Unjudged,
		total: -1, latest: -1, numbers: l.Plan.Numbering, reading: reading{Live: subject.Live},
	}
	switch l.Plan.Kind {
	case Characters:
		s.numbers = ByPosition
		if l.Plan.Script != nil {
			s.total = l.Plan.Script.Total()
		}
		s.seq.StartAt(0)
	case Progress:
		s.numbers = ByID
		s.total = lastPercent
		s.seq.StartAt(firstPercent)
		s.latest = firstPercent - 1
	}
	if n := len(l.Plan.Budgets); n > 0 && !s.unjudged {
		s.budgets = make([]spent, n)
	}
	if !s.unjudged {
		l.Tally.Counts.Streams++
	}
	return s
}

// Opened reports a connection that delivered the head of an event stream. t0 is
// when the request was written, head when the head came; resumed says that the
// request carried a last event ID.
func (s *Stream) Opened(l *Ledger, t0, head time.Duration, resumed bool) {
	l.Tally.Counts.Connections++
	l.Tally.Timeline.At(head).Opened++
	if s.is(opened) {
		l.Tally.Counts.Reconnects++
	} else {
		s.course.asked = t0
	}
	first := !s.is(opened)
	s.clear(dropped | resuming)
	if s.faults != nil {
		s.rewind(l, resumed)
	}
	if resumed && s.is(counted) && s.numbers != Unnumbered {
		s.set(resuming)
		// What the server was not asked for any more will not come any more.
		s.seq.Settle(s.latest+1, s.loser(l))
	}
	s.clear(anchored)
	s.set(opened | connected)
	s.last = 0
	switch {
	case l.Plan.Publications != nil:
		s.subscribed(l, head, first)
	case s.knowsStart(l):
		s.anchor(t0, s.latest+1)
	default:
		s.t0 = t0
	}
}

// knowsStart tells whether the first position of a connection follows from what
// was asked for.
func (s *Stream) knowsStart(l *Ledger) bool { return l.Plan.Kind != Any && !l.Plan.FirstEvent }

// anchor sets the schedule of the connection.
func (s *Stream) anchor(t0 time.Duration, base int64) {
	s.t0, s.base = t0, base
	s.set(anchored)
}

// Cause is why a connection ended, or did not come about.
type Cause int

const (
	Ended     Cause = iota // the server ended the response in good order
	Truncated              // the connection broke inside the response, or an event
	Dropped                // this side dropped it, to resume
	Stopped                // this side has seen enough, or the run is over
	NoMore                 // the server wants no reconnection
	Failure                // an error; whether another attempt follows is the caller's to know
	Refused                // this side ended it for what came, which is an error and no truncation
)

// Closed reports the end of a connection or of an attempt to make one. final
// says that no other follows.
func (s *Stream) Closed(l *Ledger, at time.Duration, cause Cause, final bool) {
	early := tooEarly(l, cause)
	asked := s.is(connected) && s.endsAsAsked(l, at, cause)
	if s.is(connected) {
		l.Tally.Timeline.At(at).Closed++
		if s.last > 0 || s.lostAt == 0 { // one that brings nothing ends no outage
			s.lostAt = at
		}
		switch {
		case s.is(finished), asked:
		case !early:
			s.endedCleanly(l, at, cause)
		case cause == Refused:
		case s.unjudged:
			l.Tally.Counts.SlowCutOff++
		default:
			l.Tally.Counts.Truncated++
		}
	}
	s.clear(connected)
	switch {
	case cause == Dropped:
		s.set(dropped)
		l.Tally.Counts.Dropped++
	case cause == Stopped || s.is(finished):
	case asked: // nothing is due before it is resumed
		s.set(dropped)
	case cause == NoMore && (l.Plan.Kind != Any || l.Plan.Done == ""):
		s.finish(l, at)
	case final && early:
		s.set(failed)
	}
}

// tooEarly tells whether what ended so ended before its stream did.
func tooEarly(l *Ledger, cause Cause) bool {
	switch cause {
	case Truncated, Failure, Refused:
		return true
	case Ended:
		return l.Plan.Kind != Any || l.Plan.Done.isEvent()
	case NoMore:
		return l.Plan.Kind == Any && l.Plan.Done != ""
	}
	return false
}

// endedCleanly judges the end of a connection that is as it should be, or of
// which nobody knows.
func (s *Stream) endedCleanly(l *Ledger, at time.Duration, cause Cause) {
	switch {
	case cause != Ended:
	case l.Plan.Done == DoneClose:
		s.finish(l, at)
	default:
		l.Tally.Counts.Ended++
	}
}

func (s *Stream) finish(l *Ledger, at time.Duration) {
	if !s.is(finished) && !s.unjudged {
		l.Tally.Counts.Completed++
		s.recordDuration(l, at)
	}
	s.set(finished)
}

// Finished tells whether the stream came to its proper end.
func (s *Stream) Finished() bool { return s.is(finished) }
