package verify

import (
	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"

	"go.uber.org/zap/zapcore"
)

// closed checks the end of a stream against its beginning.
func (r *run) closed(l *reading.Line, s *stream) {
	r.summary.Closed++
	delete(r.streams, s.id)
	if r.older {
		return
	}
	if unit := unitOf(l); unit != s.unit {
		r.wrong("its unit is %s, but that of its stream.opened %s", unitNames[unit], unitNames[s.unit])
	}
	r.checkUnit(l, s.unit)
	if client := l.Text("client.address"); string(client) != s.client {
		r.wrong("its client is %q, but that of its stream.opened %q", client, s.client)
	}
	if resumed, ok := l.Bool("resumed"); ok && resumed != (s.first > s.base) && !s.mayFollow0() {
		r.wrong("resumed is %t, but the stream began at position %d", resumed, s.first)
	}
	if !s.asked && r.sees(zapcore.InfoLevel) {
		r.lacks("there is no http.request of its request %q between its stream.opened and this line", s.request)
	}
	r.closedTotal(l, s)
	r.positions(l, s)
	r.reason(l, s)
	r.planned(l, s)
	if !finished(l) {
		r.lost.add(s.id, s.message)
	}
	delete(r.ends, s.id)
}

// closedTotal checks the total that is known at the end.
func (r *run) closedTotal(l *reading.Line, s *stream) {
	total, ok := l.Int("total")
	switch {
	case !ok && s.total >= 0:
		r.wrong("the field total is missing, and was %d in its stream.opened", s.total)
	case ok && s.total >= 0 && int(total) != s.total:
		r.wrong("its total is %d, but that of its stream.opened %d", total, s.total)
	case ok && s.total < 0:
		s.total = int(total)
		r.checkTotal(s, s.total)
	case !ok && string(l.Text("reason")) == logs.ReasonCompleted:
		r.wrong("the field total is missing, which is known of a message that was sent to its end")
	}
}

// positions checks how many chunks there were, and the last.
func (r *run) positions(l *reading.Line, s *stream) {
	n, _ := l.Int("chunks")
	at, some := l.Int("last_position")
	chunks, last := int(n), int(at)
	if some != (chunks > 0) {
		r.wrong("it has %d chunks, and last_position is %s", chunks, map[bool]string{true: "there", false: "missing"}[some])
		return
	}
	if !some {
		last = s.first - 1
	}
	switch {
	case some && last < s.first:
		r.wrong("its last position is %d, before %d, its first", last, s.first)
		return
	case s.total >= 0 && last >= s.end():
		r.wrong("its last position is %d, and its total %d", last, s.total)
		return
	}
	least, most := s.plan.expected(s, last, finished(l))
	if s.jumps {
		least = min(least, 1)
	}
	if chunks < least || chunks > most {
		r.wrong("it has %d chunks, but from position %d to %d there are %s", chunks, s.first, last, between(least, most))
	}
	if string(l.Text("reason")) == logs.ReasonCompleted && s.plan.remain(s, last) {
		r.wrong("it is completed, but its last position is %d, and its total %d", last, s.total)
	}
	if done, ok := l.Bool("done"); r.sees(zapcore.DebugLevel) && r.whole() && ok && done && s.chunks != chunks {
		r.wrong("it has %d chunks, and there are %d lines of stream.chunk", chunks, s.chunks)
	}
}

// reason checks the reason against what else is known.
func (r *run) reason(l *reading.Line, s *stream) {
	reason := l.Text("reason")
	done, _ := l.Bool("done")
	if done && !finished(l) {
		r.wrong("the end was written, but the reason is %s", reason)
	}
	if !done && finished(l) && !s.plan.hides() {
		r.wrong("the end was not written, but the reason is %s", reason)
	}
	m := s.of
	switch string(reason) {
	case logs.ReasonCompleted:
		r.completedStream(l, m)
	case logs.ReasonMessageFailed:
		if m != nil && !m.live {
			r.wrong("the reason is message_failed, but its message was submitted whole")
		} else if m != nil && !r.shared {
			r.sentAll(l, s, done)
			r.await(l, func() bool { return m.failed }, "the reason is message_failed, but there is no message.failed of its message")
		}
	case logs.ReasonMessageDeleted:
		r.awaitRemoval(l, s, m, true, "the reason is message_deleted, but there is no message.deleted of its message")
	case logs.ReasonMessageEvicted:
		r.awaitRemoval(l, s, m, false, "the reason is message_evicted, but there is no message.evicted of its message")
	case logs.ReasonServerShutdown:
		if !r.stopping {
			r.lacks("the reason is server_shutdown, but there is no server.shutdown_started before it")
		}
	case logs.ReasonAdminClosed:
		if !r.ends[s.id] {
			r.awaitRequested(l, s)
		}
	case logs.ReasonFault:
		if faults, _ := l.Int("faults"); faults == 0 || !s.plan.canEnd() {
			r.wrong("the reason is fault, but its plan ends no stream")
		}
	case logs.ReasonInternalError:
		if !l.Has("error") {
			r.wrong("the reason is internal_error, and the field error is missing")
		}
	}
}

// sentAll takes note of the chunks of a message that has failed: a stream of chunks has
// sent them all.
func (r *run) sentAll(l *reading.Line, s *stream, done bool) {
	last, ok := l.Int("last_position")
	if !ok {
		last = int64(s.first) - 1
	}
	if done && s.unit == chunkUnit && !s.plan.moves() {
		r.total(s.of, chunkUnit, int(last)+1)
	}
}

// completedStream checks that what was sent to its end has one.
func (r *run) completedStream(l *reading.Line, m *message) {
	if m == nil {
		return
	}
	m.sent = true
	switch {
	case m.failed:
		r.wrong("the reason is completed, but its message has failed")
	case m.live && !r.shared:
		r.await(l, func() bool { return m.ended }, "the reason is completed, but there is no message.completed of its message")
	}
}

func (r *run) awaitRemoval(l *reading.Line, s *stream, m *message, deleted bool, text string) {
	if m == nil || r.shared {
		return
	}
	of := s.message
	r.await(l, func() bool { return r.messages[of] != m && m.deleted == deleted }, text)
}

// awaitRequested asks for the stream.end_requested of a stream that has ended.
func (r *run) awaitRequested(l *reading.Line, s *stream) {
	of := s.id
	r.await(l, func() bool {
		requested := r.ends[of]
		if requested {
			delete(r.ends, of)
		}
		return requested
	}, "the reason is admin_closed, but there is no stream.end_requested of its stream")
}
