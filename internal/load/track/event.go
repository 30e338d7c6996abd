package track

import (
	"crypto/sha256"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// stallBeyond is what a gap must have over the interval to be a stall.
const stallBeyond = time.Second

// Event judges one event that arrived at the given moment. It tells whether the
// stream is over for its reader: at its proper end, or because all that was due
// before the run's end has come.
func (s *Stream) Event(l *Ledger, e eventstream.Event, at time.Duration) (over bool) {
	if IsHeartbeat(e) && !l.Plan.Done.is(e) {
		return false
	}
	switch {
	case l.Plan.Kind == Any && s.numbers == Auto:
		if s.numbers = detect(l, e); s.numbers == Unnumbered {
			s.set(looking)
		}
		if s.numbers == ByID {
			s.set(doubtful)
		}
	case s.is(looking):
		s.lookAgain(l, e)
	case string(e.Type) == "resumed" && s.numbers != Unnumbered && s.resumed(l, e):
		return false
	}
	switch {
	case s.ends(l, e):
		s.finish(l, at)
		return true
	case s.failedLive(l, e, at):
		return true
	}
	s.content(l, e, at)
	return at > l.Windows.Steady && s.Satisfied(l)
}

// content judges an event that carries a piece of the message.
func (s *Stream) content(l *Ledger, e eventstream.Event, at time.Duration) {
	s.delivered(l, e, at)
	if l.Plan.isToken(e.Data) {
		s.count(l, at)
		s.timing(l, at)
	} else {
		s.without(l, e, at)
		if s.numbers == Unnumbered {
			return // it has no number that would be missing
		}
	}
	if s.is(doubtful | counted) {
		s.confirm(l, e)
	}
	pos, found := s.position(l, e)
	switch {
	case found == unnumbered, !s.owed(l, pos, at):
		return
	case found == broken, s.total >= 0 && pos >= s.end(l), s.reading.refuses(pos):
		s.fault(&l.Tally.Counts.Corrupt)
		return
	}
	s.start(l, pos, at)
	s.expect(pos)
	turn := s.turn(l, e, pos, at)
	switch s.seq.See(pos, s.loser(l)) {
	case InOrder:
		s.arrived(l, pos, at)
		s.hashChunk(l)
	case Reordered:
		if !turn.late {
			s.fault(&l.Tally.Counts.Reordered)
		}
		s.arrived(l, pos, at)
		s.digest = nil
	case Duplicate:
		if !turn.again {
			s.fault(&l.Tally.Counts.Duplicate)
		}
	case Impossible:
		s.fault(&l.Tally.Counts.Corrupt)
		return
	}
	s.latest = pos
	if !s.authentic(l, e, pos) {
		s.fault(&l.Tally.Counts.Corrupt)
	}
}

func (s *Stream) count(l *Ledger, at time.Duration) {
	l.Tally.Timeline.At(at).Events++
	l.Tally.Counts.Events++
	if l.Windows.Of(at) == measure.Steady {
		l.Tally.Counts.Steady++
	}
	if s.unjudged {
		l.Tally.Counts.SlowEvents++
	}
}

// timing records what the arrival alone tells: the first event, a gap, the end
// of an outage.
func (s *Stream) timing(l *Ledger, at time.Duration) {
	if !s.is(begun) {
		s.set(begun)
		s.record(l, measure.TTFE, l.Windows.Of(s.planned), at-s.planned)
	} else if s.last == 0 && s.lostAt > 0 {
		s.record(l, measure.Outage, l.Windows.Of(at), at-s.lostAt)
		if !s.unjudged {
			l.Tally.Timeline.At(s.lostAt).OutOfService(at - s.lostAt)
		}
	}
	if s.last > 0 {
		gap := at - s.last
		if gap == 0 && !s.unjudged { // of one read all events have the same moment
			l.Tally.Counts.Coalesced++
		}
		s.record(l, measure.ITL, l.Windows.Of(at), gap)
		if interval := l.Plan.Interval; interval > 0 && gap > interval+stallBeyond {
			s.record(l, measure.Stall, l.Windows.Of(at), gap)
			if !s.unjudged {
				l.Tally.Timeline.At(s.last).Stalled(gap)
			}
		}
	}
	s.last = at
	s.course.event(at)
}

// start settles what depends on the first event of the stream, or of a
// connection, that has a position.
func (s *Stream) start(l *Ledger, pos int64, at time.Duration) {
	if !s.is(counted) {
		s.set(counted)
		if s.numbers == Unnumbered {
			l.Tally.Counts.Unnumbered++
		}
		if l.Plan.Kind == Any {
			s.seq.StartAt(s.firstPosition(l, pos))
			if s.numbers == ByPosition && pos == 0 {
				s.digest = sha256.New()
			}
		}
	}
	if s.is(resuming) {
		s.clear(resuming)
		if pos != s.latest+1 {
			l.Tally.Counts.ResumedWrong++
		}
	}
	if !s.is(anchored) {
		t0 := s.t0
		if l.Plan.FirstEvent {
			t0 = at
		}
		s.anchor(t0, pos)
	}
}

// arrived records the lateness of a position that had not come before.
func (s *Stream) arrived(l *Ledger, pos int64, at time.Duration) {
	if l.Plan.Publications != nil {
		l.Tally.Counts.Delivered++
	}
	switch {
	case s.reading.Live != nil:
		s.appended(l, pos, at)
		return
	case !s.scheduled(l), s.unjudged:
		return
	}
	due := s.due(l, pos)
	if at < due {
		l.Tally.Counts.Early++
	}
	s.spend(l, measure.Lateness, at-due)
	l.Tally.Late(l.Windows.Of(due), due, at-due)
}

// loser is what a Sequence calls for positions that are lost.
func (s *Stream) loser(l *Ledger) func(first, end int64) {
	return func(first, end int64) { s.lose(l, first, end) }
}

// lose counts positions as lost and, as far as they were due within the run, as
// late until its end.
func (s *Stream) lose(l *Ledger, first, end int64) {
	l.Tally.Counts.Lost += uint64(end - first)
	s.set(faulty)
	s.digest = nil
	if !s.scheduled(l) || s.unjudged {
		return
	}
	for pos := first; pos < end; pos++ {
		due := s.due(l, pos)
		if due > l.Windows.End {
			return
		}
		s.spend(l, measure.Lateness, l.Windows.End-due)
		l.Tally.Late(l.Windows.Of(due), due, l.Windows.End-due)
	}
}

func (s *Stream) fault(count *uint64) {
	*count++
	s.set(faulty)
}

// record enters a time of a stream that is judged into its distribution.
func (s *Stream) record(l *Ledger, m measure.Metric, w measure.Window, value time.Duration) {
	if s.unjudged {
		return
	}
	s.spend(l, m, value)
	l.Tally.Distributions.Record(m, w, value)
}

// spend counts a value for the budgets of its metric.
func (s *Stream) spend(l *Ledger, m measure.Metric, value time.Duration) {
	for i := range s.budgets {
		if b := l.Plan.Budgets[i]; b.Metric == m {
			s.budgets[i].values++
			if b.Exceeds(value) {
				s.budgets[i].beyond++
			}
		}
	}
}
