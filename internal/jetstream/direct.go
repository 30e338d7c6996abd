package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
	"sseserver/internal/jetstream/record"
)

// What a batch has: so many records, or so much of them, whatever is reached first.
const (
	batch      = 256
	batchBytes = 1 << 20
)

// answers are what comes in parts, one sequence of messages for each question. One
// subscription takes them all, for its interest is known when the first is asked.
type answers struct {
	prefix string // of the subjects they are sent to

	mu    sync.Mutex
	last  uint64
	waits map[string]chan *nats.Msg // by subject
}

func newAnswers(prefix string) *answers {
	return &answers{prefix: prefix, waits: make(map[string]chan *nats.Msg)}
}

// wait returns where the parts of an answer are sent to, and where they arrive.
func (a *answers) wait() (subject string, parts <-chan *nats.Msg, stop func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	subject = a.prefix + strconv.FormatUint(a.last, 36)
	// Room for a batch and its end, so that nobody waits for a reader. take sends,
	// nobody closes.
	room := make(chan *nats.Msg, batch+1)
	a.waits[subject] = room
	return subject, room, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waits, subject)
	}
}

// take takes a part of an answer.
func (a *answers) take(part *nats.Msg) {
	a.mu.Lock()
	parts := a.waits[part.Subject]
	a.mu.Unlock()
	select {
	case parts <- part:
	default: // nobody has asked for so much, or waits any more
	}
}

// direct asks any engine for records, and calls each for them, until that fails. It
// returns what is said at the end.
func (s *Store) direct(ctx context.Context, question getRequest, each func(subject string, r record.Stored) error) (end nats.Header, err error) {
	data, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	reply, parts, stop := s.answers.wait()
	defer stop()
	if err := s.conn.PublishRequest(s.subjects.direct, reply, data); err != nil {
		return nil, err
	}
	for {
		select {
		case part := <-parts:
			if end, err := isEnd(part); end {
				return part.Header, err
			}
			r, err := received(part)
			if err != nil {
				return nil, err
			}
			if err := each(part.Header.Get("Nats-Subject"), r); err != nil {
				return nil, err
			}
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// isEnd says whether a part is the end of the answer, and of what kind.
func isEnd(part *nats.Msg) (end bool, err error) {
	switch status := part.Header.Get("Status"); status {
	case "":
		return false, nil
	case "204", "404": // the end, or nothing
		return true, nil
	default: // 503, where nobody takes the question
		return true, errors.New("a history was refused with status " + status)
	}
}

// received reads a record that comes with its stamp in headers.
func received(message *nats.Msg) (record.Stored, error) {
	version, err := strconv.ParseUint(message.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return record.Stored{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, message.Header.Get("Nats-Time-Stamp"))
	if err != nil {
		return record.Stored{}, err
	}
	return record.Decode(broker.Stamp{Version: version, At: at}, message.Data)
}
