package track

import (
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// reading is what a stream knows of the live message that it reads.
type reading struct {
	*Live        // nil if it reads another
	offset int64 // bytes before the next position, if piped; unknown once one is missing
}

const unknownOffset = -1

// piped tells whether positions say nothing about chunks.
func (r *reading) piped() bool { return r.Live != nil && r.plan.Piped }

// refuses tells whether a position cannot be there yet.
func (r *reading) refuses(pos int64) bool {
	return r.Live != nil && !r.piped() && pos >= r.sent.Load()
}

// expect tells that an event with a position is about to be judged.
func (s *Stream) expect(pos int64) {
	s.clear(expected)
	switch next := s.seq.Next(); {
	case pos == next:
		s.set(expected)
	case pos > next:
		s.reading.offset = unknownOffset
	}
}

// appended records the times of the chunks that a position, which had not come
// before, brings to their end.
func (s *Stream) appended(l *Ledger, pos int64, at time.Duration) {
	r := &s.reading
	if !r.piped() {
		s.deliver(l, pos, at)
		return
	}
	if r.offset == unknownOffset {
		return
	}
	size := int64(r.plan.Bytes)
	end := r.offset + int64(len(l.fields.Chunk))
	if end > r.sent.Load()*size {
		return // it is corrupt
	}
	for chunk := r.offset / size; chunk < end/size; chunk++ {
		s.deliver(l, chunk, at)
	}
}

// deliver records the times of one chunk. What was appended before the
// connection was there is due, and delivered, from then on.
func (s *Stream) deliver(l *Ledger, chunk int64, at time.Duration) {
	if s.unjudged {
		return
	}
	due := s.due(l, chunk)
	if at < due {
		l.Tally.Counts.Early++
	}
	w := l.Windows.Of(due)
	s.spend(l, measure.Lateness, at-due)
	l.Tally.Late(w, due, at-due)
	delivery := time.Duration(0)
	if answered, ok := s.reading.answers.of(chunk); ok {
		delivery = max(at-max(answered, s.t0), 0)
	}
	s.record(l, measure.Delivery, w, delivery)
}

func (s *Stream) dueLive(chunk int64) time.Duration { return max(s.reading.Due(chunk), s.t0) }

// authenticLive compares an event with what was appended.
func (s *Stream) authenticLive(l *Ledger, pos int64) bool {
	f, r := &l.fields, &s.reading
	if !r.agrees(f, s.t0) {
		return false
	}
	size := int64(r.plan.Bytes)
	if !r.piped() {
		return int64(len(f.Chunk)) == size && r.text.has(f.Chunk, pos*size)
	}
	if r.offset == unknownOffset || !s.is(expected) { // nobody knows what is due there
		return true
	}
	from := r.offset
	r.offset += int64(len(f.Chunk))
	return len(f.Chunk) > 0 && r.offset <= r.sent.Load()*size && r.text.has(f.Chunk, from)
}

// agrees tells whether an event's total can be right. On a connection that was
// made when the message was complete, it must be known.
func (r *reading) agrees(f *Fields, t0 time.Duration) bool {
	if f.has&hasTotal == 0 {
		return !r.isComplete(t0)
	}
	end := r.end.Load()
	return end != nil && (r.piped() || f.Total == end.bytes/int64(r.plan.Bytes))
}

// doneLive judges what the done event says of the message.
func (s *Stream) doneLive(l *Ledger) bool {
	f, r := &l.fields, &s.reading
	end := r.end.Load()
	if end == nil || f.has&hasTotal == 0 {
		return false
	}
	s.total = f.Total
	if !r.piped() {
		s.total = end.bytes / int64(r.plan.Bytes)
	}
	whole := f.Total > s.seq.Next() || !r.piped() || r.offset == unknownOffset || r.offset == end.bytes
	return f.Total == s.total && f.Total >= s.seq.Next() && whole && string(f.SHA256) == end.sha256
}

// failedLive tells whether the event says that the message has failed, which is
// the end of the stream, and counts that.
func (s *Stream) failedLive(l *Ledger, e eventstream.Event, at time.Duration) bool {
	if s.reading.Live == nil || string(e.Type) != "failed" {
		return false
	}
	s.set(failed)
	if !s.unjudged {
		l.Tally.Fail(at, "message_failed")
	}
	return true
}

// owesEnd tells whether the server has said that the message is complete, but
// not so on the stream, whose client waited for it.
func (s *Stream) owesEnd() bool {
	r := &s.reading
	return r.Live != nil && r.completed.Load() > 0 && !s.is(finished) && !s.is(dropped)
}

// satisfiedLive is Satisfied: the end of a message is worth waiting for, unless
// its producer has given up.
func (s *Stream) satisfiedLive() bool {
	return s.reading.givenUp.Load() && s.seq.Missing(s.reading.promised.Load()) == 0
}
