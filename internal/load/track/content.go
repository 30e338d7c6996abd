package track

import (
	"encoding/hex"

	"sseserver/internal/eventstream"
)

// authentic compares an event with what the message has at its position.
func (s *Stream) authentic(l *Ledger, e eventstream.Event, pos int64) bool {
	f := &l.fields
	switch id, ok := parseID(e.ID); {
	case l.Plan.Kind == Any:
		return true
	case (!ok || id != pos) && !s.noID():
		return false
	case s.messageID != "" && string(f.MessageID) != s.messageID:
		return false
	case s.reading.Live != nil:
		return s.authenticLive(l, pos)
	case l.Plan.Kind == Progress:
		return f.Total == s.total && string(f.Chunk) == percents[pos] &&
			f.has&hasCompleted != 0 && f.Completed == (pos == lastPercent)
	case l.Plan.Script != nil:
		return f.Total == s.total && string(f.Chunk) == l.Plan.Script.Chunk(pos)
	}
	return true
}

// hashChunk adds a chunk of an unknown message to its digest.
func (s *Stream) hashChunk(l *Ledger) {
	if s.digest != nil {
		s.digest.Write(l.fields.Chunk)
	}
}

// resumed judges the answer to a last event ID. It says false if the event is
// something else.
func (s *Stream) resumed(l *Ledger, e eventstream.Event) bool {
	f := &l.fields
	if f.Parse(e.Data) != nil || f.has&hasFrom == 0 {
		if l.Plan.Kind != Any {
			s.fault(&l.Tally.Counts.Corrupt)
		}
		return l.Plan.Kind != Any
	}
	if s.is(resuming) {
		s.clear(resuming)
		if !f.Resumed || f.From != s.latest+1 {
			l.Tally.Counts.ResumedWrong++
		}
	}
	if s.faults != nil && f.From != s.faults.next {
		s.expectFrom(l, f.From, f.Resumed)
	}
	if s.is(anchored) {
		s.base = f.From // even if wrong: this is where the server's schedule begins
	}
	return true
}

// ends tells whether the event is the proper end of the stream, and judges it
// if so.
func (s *Stream) ends(l *Ledger, e eventstream.Event) bool {
	known := l.Plan.Kind != Any || l.Plan.Done == ""
	if !known && !l.Plan.Done.is(e) {
		return false
	}
	ours := string(e.Type) == "done" && s.done(l, e)
	return ours || !known
}

// done judges the event that says that the message is complete. It says false
// if the event is something else.
func (s *Stream) done(l *Ledger, e eventstream.Event) bool {
	f := &l.fields
	err := f.Parse(e.Data)
	if (err != nil || f.has&hasTotal == 0) && l.Plan.Kind == Any {
		return false
	}
	switch {
	case err != nil,
		s.messageID != "" && string(f.MessageID) != s.messageID,
		s.total >= 0 && f.Total != s.total,
		s.reading.Live != nil && !s.doneLive(l),
		l.Plan.Script != nil && string(f.SHA256) != l.Plan.Script.sha256:
		s.fault(&l.Tally.Counts.Corrupt)
	}
	if s.total < 0 && s.numbers == ByPosition && s.reading.Live == nil {
		s.total = f.Total
	}
	s.allCame(l)
	if s.total >= 0 {
		s.seq.Settle(s.end(l), s.loser(l))
	}
	if s.digest != nil && len(f.SHA256) > 0 && hex.EncodeToString(s.digest.Sum(nil)) != string(f.SHA256) {
		s.fault(&l.Tally.Counts.Corrupt)
	}
	return true
}
