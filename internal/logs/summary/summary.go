package summary

import (
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"

	"go.uber.org/zap/zapcore"
)

// Summary counts what the lines of a log tell. One goroutine uses it.
type Summary struct {
	opened, resumed map[string]int64            // streams, by kind
	closed          map[string]map[string]int64 // streams, by reason and kind
	faulty          int64                       // streams with a plan
	bytes, chunks   int64                       // that streams sent
	lateness        *times                      // the furthest that each stream was behind
	duration        *times
	first           *times // to the first chunk
	clients         clients
	minutes         minutes
	messages        map[string]int64 // by what happened to them
	texts           int64            // bytes of messages
	refused         map[refusal]int64
	levels          map[zapcore.Level]int64
	dropped         int64
	shutdowns       int64
}

// refusal is why something was not done.
type refusal struct{ event, code string }

// New returns a summary of no line.
func New() *Summary {
	return &Summary{
		opened: make(map[string]int64), resumed: make(map[string]int64), closed: make(map[string]map[string]int64),
		lateness: newTimes(), duration: newTimes(), first: newTimes(),
		messages: make(map[string]int64), refused: make(map[refusal]int64), levels: make(map[zapcore.Level]int64),
	}
}

// Line counts a line. It always returns nil.
func (s *Summary) Line(l *reading.Line) error {
	s.levels[l.Level]++
	switch l.Event {
	case logs.StreamOpened:
		s.streamOpened(l)
	case logs.StreamClosed:
		s.streamClosed(l)
	case logs.MessageSubmitted, logs.MessageCompleted, logs.MessageFailed, logs.MessageDeleted, logs.MessageEvicted:
		s.message(l)
	case logs.MessageRejected, logs.StreamRejected:
		s.refused[refusal{l.Name, l.Str("reason")}]++
	case logs.HTTPRequestRejected:
		s.refused[refusal{l.Name, l.Str("code")}]++
	case logs.HTTPRejectionsSummed:
		s.refused[refusal{l.Name, ""}] += count(l)
	case logs.LogEntriesDropped:
		s.dropped += count(l)
	case logs.ServerShutdownCompleted:
		s.shutdowns++
	}
	return nil
}

func count(l *reading.Line) int64 {
	n, _ := l.Int("count")
	return n
}

func (s *Summary) streamOpened(l *reading.Line) {
	s.opened[kindOf(l)]++
	if l.Has("plan") {
		s.faulty++
	}
	s.minutes.opened(l.Time)
}

// kindOf is the kind of a line's stream, one of two words.
func kindOf(l *reading.Line) string {
	if string(l.Text("kind")) == kinds[1] {
		return kinds[1]
	}
	return kinds[0] // logs of an older version do not tell it at the end
}

// kinds are those of the columns.
var kinds = logs.Kinds

func (s *Summary) streamClosed(l *reading.Line) {
	reason, kind := l.Str("reason"), kindOf(l)
	if s.closed[reason] == nil {
		s.closed[reason] = make(map[string]int64)
	}
	s.closed[reason][kind]++
	if resumed, _ := l.Bool("resumed"); resumed {
		s.resumed[kind]++
	}
	bytes, _ := l.Int("bytes")
	chunks, _ := l.Int("chunks")
	s.bytes += bytes
	s.chunks += chunks
	s.lateness.add(l, "max_lag_ms")
	s.duration.add(l, "duration_ms")
	s.first.add(l, "ttfc_ms")
	s.clients.add(l.Text("client.address"), bytes)
	if reason != logs.ReasonCompleted {
		s.minutes.failed(l.Time)
	}
}

func (s *Summary) message(l *reading.Line) {
	switch l.Event {
	case logs.MessageEvicted:
		s.messages["evicted "+l.Str("reason")]++
	case logs.MessageSubmitted:
		s.messages["submitted"]++
		if l.Has("state") {
			s.messages["live"]++
		}
		bytes, _ := l.Int("bytes")
		s.texts += bytes
	default:
		s.messages[l.Name[len("message."):]]++
	}
}

// minute is the resolution of what happened when.
const minute = time.Minute
