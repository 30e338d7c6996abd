package verify

import (
	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// message is what is known of one message.
type message struct {
	live    bool     // it was opened, and is or was appended to
	ended   bool     // a live one: complete or failed
	failed  bool     // as its producer said, or by its silence
	deleted bool     // by a client; one that is gone and was not deleted was evicted
	sent    bool     // a stream of it was completed
	early   bool     // it was removed before it is said to be submitted
	totals  [4]int32 // units of each size, by its number; one more than there are, 0 if that is not known
}

// The units of streams, numbered.
const (
	noUnit = iota // of progress
	characterUnit
	wordUnit
	chunkUnit
)

var unitNames = [...]string{"percent", "characters", "words", "chunks"}

// ofMessage follows a line of a message.
func (r *run) ofMessage(l *reading.Line) {
	if l.Event == logs.MessageRejected {
		r.refused(l)
		return
	}
	of, ok := parseID(l.Text("message_id"))
	if !ok {
		r.wrong("its message_id is no id")
		return
	}
	switch l.Event {
	case logs.MessageSubmitted:
		r.submitted(l, of)
	case logs.MessageCompleted, logs.MessageFailed:
		r.messageEnded(l, of)
	default:
		r.removed(l, of)
	}
	r.expect(l, l.Str("request_id"), of)
}

func (r *run) submitted(l *reading.Line, of id) {
	m := r.known(of)
	switch {
	case m == nil:
		m = new(message)
		r.store(of, m)
	case m.early: // and is not stored any more
		m.early = false
	default:
		r.wrong("its message was submitted before")
		return
	}
	m.live = l.Has("state")
	total, whole := l.Int("total")
	if whole == m.live {
		r.wrong("a message has a total or is open, and this one says both or neither")
	}
	if whole {
		m.totals[characterUnit], m.totals[chunkUnit] = int32(total)+1, 1+1
		if total < 1 {
			r.wrong("a message of %d characters is none", total)
		}
	}
}

// maxShared is how many messages of servers that share them are known at a time:
// what others remove is told by the others.
const maxShared = 1 << 20

func (r *run) store(of id, m *message) {
	if r.shared && len(r.messages) >= maxShared {
		clear(r.messages)
	}
	r.messages[of] = m
}

// known is the message of that id, or nil; one that was removed lately is known, too.
func (r *run) known(of id) *message {
	if m := r.messages[of]; m != nil {
		return m
	}
	return r.gone.messages[of]
}

// find is known for a line that cannot be there without the message.
func (r *run) find(l *reading.Line, of id) *message {
	m := r.known(of)
	if m == nil && !r.shared {
		r.lacks("its message %v was not submitted, or is gone for long", of)
	}
	return m
}

func (r *run) messageEnded(l *reading.Line, of id) {
	m := r.find(l, of)
	if m == nil {
		return
	}
	switch {
	case !m.live:
		r.wrong("its message was submitted whole, and so it cannot end")
	case m.ended:
		r.wrong("its message has ended before")
	}
	m.ended, m.failed = true, l.Event == logs.MessageFailed
	if m.failed && m.sent {
		r.wrong("a stream of its message was completed, which no stream of a message is that fails")
	}
	if chunks, ok := l.Int("chunks"); ok {
		r.total(m, chunkUnit, int(chunks))
	}
	if total, ok := l.Int("total"); ok {
		r.total(m, characterUnit, int(total))
	}
}

// total takes note of the number of units that a message has, which does not change.
func (r *run) total(m *message, unit int, total int) {
	switch known := int(m.totals[unit]) - 1; {
	case known < 0:
		m.totals[unit] = int32(total) + 1
	case known != total:
		r.wrong("its message has %d %s here, and has %d in a line above", total, unitNames[unit], known)
	}
}

func (r *run) removed(l *reading.Line, of id) {
	m := r.messages[of]
	switch {
	case m != nil:
		delete(r.messages, of)
	case r.gone.messages[of] != nil && !r.shared:
		r.wrong("its message was removed before")
		return
	case r.shared:
		m = new(message)
	default:
		// One that makes room for others may be removed before it is said to be there.
		m = &message{early: true}
		r.await(l, func() bool { return !m.early }, "its message was not submitted")
	}
	m.deleted = l.Event == logs.MessageDeleted
	r.gone.add(of, m, r.now)
}
