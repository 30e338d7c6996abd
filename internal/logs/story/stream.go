package story

import (
	"math"
	"strings"
	"time"

	"sseserver/internal/fault"
	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// stream is one subscription, as far as its lines have told.
type stream struct {
	id, message string
	kind, unit  string
	address     string
	agent       string
	plan        string
	previous    string // the stream that it continues, where the server knew
	run         int
	opened      time.Time // zero if the log does not have its beginning
	closed      time.Time // zero while it runs
	from        int       // position of its first chunk
	resumed     bool      // the client asked to resume, and could

	reason  string // of its end, "" if the log has none
	done    bool   // it wrote its last event, `done` or `failed`
	sent    int    // chunks that it sent
	reached int    // of the whole: chunks from the first one on, or percent
	total   int    // of the whole, -1 while unknown
	faults  int
	lag     time.Duration // the furthest behind
	behind  bool          // it had not caught up
	gone    bool          // its client's machine did not answer any more
	failure string        // of the server, in words
	endedBy string        // the address of the operator who asked for its end

	client *Client // of which it is part
}

// openedBy begins a stream with its stream.opened.
func openedBy(line *reading.Line, known texts) *stream {
	s := newStream(line, known)
	s.opened = line.Time
	s.plan, s.previous = line.Str("plan"), line.Str("previous_stream_id")
	s.agent = known.agent(line)
	s.from = number(line, "first_position", 0)
	s.reached = s.before(s.from)
	// An id of no position of this stream begins it anew.
	s.resumed = line.Str("last_event_id") != "" && s.reached > 0
	return s
}

func newStream(line *reading.Line, known texts) *stream {
	s := &stream{
		id: line.Str("stream_id"), message: line.Str("message_id"), run: line.Run,
		address: known.of(line, "client.address"), total: -1,
	}
	s.describe(line, known)
	return s
}

// describe takes what both ends of a stream tell.
func (s *stream) describe(line *reading.Line, known texts) {
	if kind := known.of(line, "kind"); kind != "" {
		s.kind = kind
	}
	if unit := known.of(line, "unit"); unit != "" {
		s.unit = unit
	}
	s.total = number(line, "total", s.total)
}

// close ends it with its stream.closed. Logs of older versions lack some of what
// that tells.
func (s *stream) close(line *reading.Line, known texts) {
	s.describe(line, known)
	s.closed, s.reason = line.Time, known.of(line, "reason")
	s.failure = line.Str("error")
	s.sent, s.faults = number(line, "chunks", 0), number(line, "faults", 0)
	if last, ok := line.Int("last_position"); ok {
		s.reached = max(s.reached, s.after(int(last)))
	} else if !line.Has("done") {
		s.reached += s.sent
	}
	if lag, ok := line.Float("max_lag_ms"); ok {
		s.lag = milliseconds(lag)
	}
	s.gone, _ = line.Bool("vanished")
	done, told := line.Bool("done")
	s.done = done || !told && s.reason == logs.ReasonCompleted
}

// before and after count what a client has before and after the chunk at this
// position. Those of a progress stream are percent, from 1.
func (s *stream) before(position int) int {
	if s.kind == progress {
		return max(position-1, 0)
	}
	return position
}

func (s *stream) after(position int) int {
	if s.kind == progress {
		return position
	}
	return position + 1
}

// progress is the kind of a stream whose positions are percent.
const progress = "progress"

// finished says whether its client has the whole message.
func (s *stream) finished() bool { return s.done && s.reason == logs.ReasonCompleted }

// note takes what a line between the two ends tells.
func (s *stream) note(line *reading.Line) {
	switch line.Event {
	case logs.StreamSlow:
		s.behind = true
	case logs.StreamRecovered:
		s.behind = false
	case logs.StreamEndRequested:
		s.endedBy = line.Str("client.address")
	case logs.StreamFault:
		if position, ok := line.Int("position"); ok && spoils[line.Str("fault")] {
			s.client.whole().spoil(s.plan, int(position))
		}
	}
}

// spoils are the faults after which a client has not got the text as it is. Chunks
// that come twice or in another order it can put right by their ids.
var spoils = map[string]bool{fault.Drop.String(): true, fault.Corrupt.String(): true}

// noticeable is how far a stream is behind before it is worth a word.
const noticeable = 250 * time.Millisecond

// messageOf is the message that a line is about: by its id, or the path of a request.
func messageOf(line *reading.Line) string {
	if id := line.Str("message_id"); id != "" {
		return id
	}
	// "/stream/ID", "/progress/ID", "/messages/ID/chunks"
	parts := strings.Split(line.Str("url.path"), "/")
	if len(parts) > 2 && len(parts[2]) == uuidLength {
		return parts[2]
	}
	return ""
}

const uuidLength = 36

// number is an integer of the line, or what it is without one.
func number(line *reading.Line, key string, without int) int {
	if n, ok := line.Int(key); ok {
		return int(n)
	}
	return without
}

// milliseconds is so long, or as long as a Duration can be.
func milliseconds(n float64) time.Duration {
	const limit = float64(math.MaxInt64 / time.Millisecond)
	return time.Duration(max(-limit, min(n, limit)) * float64(time.Millisecond))
}
