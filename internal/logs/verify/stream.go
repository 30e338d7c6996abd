package verify

import (
	"slices"
	"strconv"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"

	"go.uber.org/zap/zapcore"
)

// stream is what is known of one that is open.
type stream struct {
	id, message id
	of          *message // nil if that is not known
	unit        int      // its number; noUnit of progress
	request     string
	client      string
	first       int   // position
	base        int   // first position of a stream that is not resumed
	total       int   // -1 if it was not known when it began
	last        int   // position of the last stream.chunk
	chunks      int   // lines of stream.chunk
	jumps       bool  // it may leave positions out: progress that a producer puts goes on with the newest
	asked       bool  // the line of its request was there
	slow        bool  // stream.slow, and no stream.recovered yet
	at          place // of its stream.opened
	plan        *plan // nil if it has none
}

// ofStream follows a line of a stream.
func (r *run) ofStream(l *reading.Line) {
	of, ok := parseID(l.Text("stream_id"))
	if !ok {
		if l.Event == logs.StreamFault && !l.Has("stream_id") {
			r.refused(l) // by a status, which is no stream
			return
		}
		r.wrong("its stream_id is no id")
		return
	}
	message, ok := parseID(l.Text("message_id"))
	if !ok {
		r.wrong("its message_id is no id")
		return
	}
	if l.Event == logs.StreamOpened {
		r.opened(l, of, message)
		return
	}
	s := r.streams[of]
	if l.Event == logs.StreamEndRequested {
		r.ends[of] = true
		if s != nil && s.message != message {
			r.wrong("its message is %v, but that of its stream.opened %v", message, s.message)
		}
		return
	}
	if s == nil {
		r.torn(of)
		r.lacks("there is no stream.opened of its stream before it, or a stream.closed between")
		if l.Event == logs.StreamClosed {
			r.summary.Closed++
			r.closedAlone(l, of, message)
		}
		return
	}
	r.sameStream(l, s, message)
	switch l.Event {
	case logs.StreamClosed:
		r.closed(l, s)
	case logs.StreamChunk:
		r.chunk(l, s)
	case logs.StreamFault:
		r.faulty(l, s)
	case logs.StreamSlow, logs.StreamRecovered:
		slow := l.Event == logs.StreamSlow
		if slow == s.slow && r.sees(zapcore.InfoLevel) {
			r.wrong("the stream was so already: stream.slow and stream.recovered take turns")
		}
		s.slow = slow
	}
}

// torn reports the lines that are missing between two parts of the log, once: a stream
// that was opened in one of them, and is in the other, shows that they are of one process.
func (r *run) torn(of id) {
	if r.begun == 1 || r.isTorn {
		return
	}
	for _, before := range r.runs {
		if s := before.streams[of]; s != nil && before != r {
			r.isTorn = true
			r.wrong("its stream was opened at %s:%d, by the same process: %s missing between number %d and number %d",
				s.at.source, s.at.number, areLines(r.begun-before.seq-1), before.seq, r.begun)
			return
		}
	}
}

// sameStream checks what all lines of a stream have in common.
func (r *run) sameStream(l *reading.Line, s *stream, message id) {
	if s.message != message {
		r.wrong("its message is %v, but that of its stream.opened %v", message, s.message)
	}
	if request := l.Text("request_id"); string(request) != s.request {
		r.wrong("its request is %q, but that of its stream.opened %q", request, s.request)
	}
}

func (r *run) opened(l *reading.Line, of, message id) {
	r.summary.Opened++
	if r.streams[of] != nil {
		r.wrong("its stream was opened before")
		return
	}
	s := &stream{
		id: of, message: message, of: r.find(l, message), unit: unitOf(l), request: l.Str("request_id"), client: l.Str("client.address"),
		total: -1, at: place{l.Source, l.Number},
	}
	if first, ok := l.Int("first_position"); ok {
		s.first, s.last = int(first), int(first)-1
	}
	if s.unit == noUnit {
		s.jumps = s.of == nil || s.of.live
		s.base = 1
		if s.of != nil && s.of.live || s.of == nil && s.first == 0 {
			s.base = 0
		}
	}
	r.checkUnit(l, s.unit)
	r.openedTotal(l, s)
	r.resumes(l, s)
	r.openPlan(l, s)
	r.streams[of] = s
	if request := r.expect(l, s.request, message); request != nil {
		request.stream = s
	}
}

// unitOf is the number of the unit that a line names.
func unitOf(l *reading.Line) int {
	switch string(l.Text("unit")) {
	case "character":
		return characterUnit
	case "word":
		return wordUnit
	case "chunk":
		return chunkUnit
	default:
		return noUnit
	}
}

// checkUnit checks that a stream of characters has a unit, and no other.
func (r *run) checkUnit(l *reading.Line, unit int) {
	if kind := l.Text("kind"); (string(kind) == "characters") != (unit != noUnit) && !r.older {
		r.wrong("a stream of characters has a unit, and no other: its kind is %q, its unit %q", kind, l.Text("unit"))
	}
}

// openedTotal checks the total that is known when a stream begins.
func (r *run) openedTotal(l *reading.Line, s *stream) {
	if total, ok := l.Int("total"); ok {
		s.total = int(total)
	} else if s.unit == noUnit && !r.older {
		r.wrong("the field total is missing, which is 100 of progress")
	} else if s.of != nil && !s.of.live {
		r.wrong("the field total is missing, though its message was submitted whole")
	}
	r.checkTotal(s, s.total)
}

// checkTotal compares a total with what is known of the message.
func (r *run) checkTotal(s *stream, total int) {
	switch {
	case total < 0:
	case s.unit == noUnit && total != 100:
		r.wrong("its total is %d, and that of progress is 100", total)
	case s.unit != noUnit && s.of != nil:
		r.total(s.of, s.unit, total)
	}
}

// resumes checks where a stream begins.
func (r *run) resumes(l *reading.Line, s *stream) {
	if r.older {
		return
	}
	after := l.Text("last_event_id")
	position, isPosition := positionIn(after)
	next := position + 1
	switch {
	case s.first == s.base && (!isPosition || next != s.base && !r.mustResume(s, position)):
	case isPosition && s.first == next && position >= s.base && !r.beyond(s, position):
	case s.first == s.base && next == s.base:
	default:
		r.wrong("it begins at position %d, though its last_event_id is %q", s.first, after)
	}
	if l.Has("previous_stream_id") {
		r.previous(l, s)
	}
}

// positionIn is the position that an id of an event names, and false if it names none.
func positionIn(id []byte) (int, bool) {
	if len(id) == 0 {
		return 0, false
	}
	position, err := strconv.Atoi(string(id))
	return position, err == nil && position >= 0 && strconv.Itoa(position) == string(id)
}

// mustResume reports whether the position is surely one of the stream.
func (r *run) mustResume(s *stream, position int) bool {
	return position >= s.base && s.of != nil && (!s.of.live || s.unit != noUnit) && s.total >= 0 && position < s.end()
}

// beyond reports whether the position is surely behind the last of the stream.
func (r *run) beyond(s *stream, position int) bool { return s.total >= 0 && position >= s.end() }

// end is the position behind the last of a stream whose total is known.
func (s *stream) end() int {
	if s.unit == noUnit {
		return 101
	}
	return s.total
}

// mayFollow0 reports whether it is not known if a stream of progress from 1 % on is
// resumed: progress that a producer puts may begin at 0 %.
func (s *stream) mayFollow0() bool { return s.of == nil && s.unit == noUnit && s.first == 1 }

// previous checks the stream that another goes on with: one of the same message that
// ended unfinished, or is about to.
func (r *run) previous(l *reading.Line, s *stream) {
	before, ok := parseID(l.Text("previous_stream_id"))
	message, lost := r.lost.all[before]
	if running := r.streams[before]; running != nil {
		message, lost = running.message, true
	}
	switch {
	case !ok:
		r.wrong("its previous_stream_id is no id")
	case s.first == s.base && !s.mayFollow0():
		r.wrong("it names a previous stream and is not resumed")
	case lost && message != s.message:
		r.wrong("its previous stream is one of another message")
	case !lost && !r.lost.full:
		r.lacks("its previous stream %v is none that ended unfinished", before)
	}
}

// chunk follows a line of stream.chunk: chunks come in order, unless a plan has it
// otherwise.
func (r *run) chunk(l *reading.Line, s *stream) {
	at, ok := l.Int("position")
	position := int(at)
	if !ok {
		return
	}
	s.chunks++
	switch {
	case s.plan.moves():
	case s.jumps && position > s.last:
	case position != s.last+1 && r.whole() && r.sees(zapcore.DebugLevel):
		r.wrong("its position %d does not follow %d", position, s.last)
	case position <= s.last:
		r.wrong("its position %d is not behind %d", position, s.last)
	}
	s.last = max(s.last, position)
}

// closedAlone checks a stream.closed whose stream.opened is not known.
func (r *run) closedAlone(l *reading.Line, of, message id) {
	r.checkUnit(l, unitOf(l))
	if !finished(l) {
		r.lost.add(of, message)
	}
	delete(r.ends, of)
}

// finished reports whether a stream.closed tells of the end of the message.
func finished(l *reading.Line) bool {
	reason := l.Text("reason")
	return slices.Contains([]string{logs.ReasonCompleted, logs.ReasonMessageFailed}, string(reason))
}
