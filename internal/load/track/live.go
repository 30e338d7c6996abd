package track

import (
	"sync/atomic"
	"time"
)

// LivePlan is what the live messages of a run have in common. Chunk k of message
// m is due at Start + (k + m / Messages) × Interval, so that the appends of many
// messages do not come all at once.
type LivePlan struct {
	Messages int // in the whole run
	Bytes    int // of a chunk
	Start    time.Duration
	Interval time.Duration

	// Piped says that the chunks of a message are written to one long request.
	// The server may then pass several on as one, or one as several, so events
	// are known by the bytes before them and not by their position.
	Piped bool
}

// Live is a live message. Its producer, one goroutine, tells what it appends;
// any number of streams are judged by that at the same time.
type Live struct {
	// Immutable.
	text  liveText
	plan  LivePlan
	first time.Duration // when its first chunk is due

	sent      atomic.Int64 // chunks that may have reached the server
	answers   answers
	promised  atomic.Int64 // positions that the server has promised, each of which must come
	end       atomic.Pointer[liveEnd]
	completed atomic.Int64 // moment of the answer that it is complete; 0 before
	givenUp   atomic.Bool  // it will never be complete
}

// liveEnd is what streams must say of a message at its end.
type liveEnd struct {
	bytes  int64
	sha256 string // hex
}

// NewLive makes the message with the given number.
func NewLive(plan LivePlan, message int) *Live {
	return &Live{
		text: liveText{message: uint64(message)}, plan: plan,
		first:   plan.Start + time.Duration(float64(message)/float64(plan.Messages)*float64(plan.Interval)),
		answers: newAnswers(plan.Interval),
	}
}

// Due is when a chunk is due.
func (m *Live) Due(chunk int64) time.Duration {
	return m.first + time.Duration(chunk)*m.plan.Interval
}

// AppendText adds the bytes of the text from one place up to another.
func (m *Live) AppendText(to []byte, from, end int64) []byte { return m.text.append(to, from, end) }

// Sending tells that a chunk is about to be sent.
func (m *Live) Sending(chunk int64) { m.sent.Store(chunk + 1) }

// Answered tells that the server has a chunk since then.
func (m *Live) Answered(chunk int64, at time.Duration) {
	m.answers.add(chunk, at)
	if !m.plan.Piped {
		m.promised.Store(chunk + 1)
	}
}

// Ending tells that nothing more will be sent, and what the text then is.
func (m *Live) Ending(bytes int64, sha256 string) { m.end.Store(&liveEnd{bytes, sha256}) }

// Completed tells that the server has answered that the message is complete.
func (m *Live) Completed(at time.Duration) { m.completed.Store(int64(max(at, 1))) }

// GiveUp tells that the message will not be complete.
func (m *Live) GiveUp() { m.givenUp.Store(true) }

// isComplete tells whether the server has said so by the given moment.
func (m *Live) isComplete(by time.Duration) bool {
	at := time.Duration(m.completed.Load())
	return at > 0 && at < by
}

// answers are the moments of the latest answers.
type answers struct {
	at   []atomic.Int64 // of chunk k at k modulo its length
	next atomic.Int64   // the first chunk without an answer
}

// answersKept is how far back answers are known. A chunk that comes later still
// counts as delivered after the oldest answer that is known.
const (
	answersKept   = time.Minute
	fewestAnswers = 16
	mostAnswers   = 1 << 16
)

func newAnswers(interval time.Duration) answers {
	n := min(max(int64(answersKept/interval), fewestAnswers), mostAnswers)
	return answers{at: make([]atomic.Int64, n)}
}

func (a *answers) add(chunk int64, at time.Duration) {
	a.at[chunk%int64(len(a.at))].Store(int64(at))
	a.next.Store(chunk + 1)
}

// of is the moment of the answer to a chunk, if there is one.
func (a *answers) of(chunk int64) (at time.Duration, ok bool) {
	next := a.next.Load()
	if chunk >= next {
		return 0, false
	}
	oldest := next - int64(len(a.at))
	return time.Duration(a.at[max(chunk, oldest)%int64(len(a.at))].Load()), true
}
