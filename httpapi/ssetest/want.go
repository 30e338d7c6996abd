package ssetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// Each of these waits for the next event and stops the test if it is another.
// They return it, for its time.

// WantComment wants a comment.
func (s *Stream) WantComment(text string) Event {
	s.t.Helper()
	return s.want(Event{Comment: text})
}

// WantRetry wants a reconnection time.
func (s *Stream) WantRetry(wait time.Duration) Event {
	s.t.Helper()
	return s.want(Event{Retry: wait})
}

// WantOpening wants the first block of every stream.
func (s *Stream) WantOpening() Event {
	s.t.Helper()
	s.WantComment("connected")
	return s.WantRetry(2 * time.Second)
}

// WantEvent wants an event with this name, client's last event id, and data.
func (s *Stream) WantEvent(name, id, data string) Event {
	s.t.Helper()
	return s.want(Event{Name: name, ID: id, Data: data})
}

func (s *Stream) want(want Event) Event {
	s.t.Helper()
	got, err := s.Next()
	if err != nil {
		s.t.Fatalf("the stream ended with %v; want %v\nso far: %q", err, want, s.tail())
	}
	at := got.At
	got.At = time.Time{}
	if got != want {
		s.t.Fatalf("got  %v\nwant %v\nso far: %q", got, want, s.tail())
	}
	got.At = at
	return got
}

// WantResumed wants the answer to a Last-Event-ID.
func (s *Stream) WantResumed(from int, resumed bool) Event {
	s.t.Helper()
	event, data := s.next()
	if event.Name != "resumed" || data.From != from || data.Resumed != resumed {
		s.t.Fatalf("got %v; want resumed %t from %d", event, resumed, from)
	}
	return event
}

// WantChunk wants the chunk of a characters stream at this position.
func (s *Stream) WantChunk(position int, text string) Event {
	s.t.Helper()
	event, data := s.next()
	if event.Name != "" || event.ID != strconv.Itoa(position) || data.Position != position || data.Chunk != text {
		s.t.Fatalf("got %v; want chunk %d, %q", event, position, text)
	}
	return event
}

// WantPercent wants a chunk of a progress stream.
func (s *Stream) WantPercent(percent int) Event {
	s.t.Helper()
	event, data := s.next()
	text := "Processing chunk " + strconv.Itoa(percent) + "%"
	if event.Name != "" || event.ID != strconv.Itoa(percent) || data.Completed != (percent == 100) || data.Chunk != text {
		s.t.Fatalf("got %v; want %d %%", event, percent)
	}
	return event
}

// WantDone wants the event after the last chunk, and the end of the body.
func (s *Stream) WantDone() Event {
	s.t.Helper()
	event, _ := s.next()
	if event.Name != "done" || event.ID != "end" {
		s.t.Fatalf("got %v; want done", event)
	}
	s.WantEnd()
	return event
}

// WantFailed wants the event that stands in the place of done where the message has
// failed, and the end of the body.
func (s *Stream) WantFailed(reason string) Event {
	s.t.Helper()
	event, data := s.next()
	if event.Name != "failed" || event.ID != "end" || data.Reason != reason {
		s.t.Fatalf("got %v; want failed for %q", event, reason)
	}
	s.WantEnd()
	return event
}

// WantEnd wants the proper end of the body: nothing more, and nothing missing.
func (s *Stream) WantEnd() {
	s.t.Helper()
	if event, err := s.Next(); err != io.EOF {
		s.t.Fatalf("got %v, %v; want the end of the body", event, err)
	}
}

// WantText wants all that remains of a characters stream, and that it spells
// text, in order, at positions from from on, with the whole message's digest
// where from is 0.
func (s *Stream) WantText(from int, text string) {
	s.t.Helper()
	var got strings.Builder
	for position := from; ; position++ {
		event, data := s.next()
		if event.Name == "done" {
			digest := sha256.Sum256([]byte(text))
			if from == 0 && data.SHA256 != hex.EncodeToString(digest[:]) || data.Total != position {
				s.t.Fatalf("got %v; want total %d and digest %x", event, position, digest)
			}
			break
		}
		if event.Name != "" || event.ID != strconv.Itoa(position) || data.Position != position {
			s.t.Fatalf("got %v; want chunk %d", event, position)
		}
		got.WriteString(data.Chunk)
	}
	if got.String() != text {
		s.t.Fatalf("the stream says %q; want %q", got.String(), text)
	}
	s.WantEnd()
}

// data has the members of all kinds of events.
type data struct {
	MessageID string
	Chunk     string
	Position  int
	Completed bool
	Total     int
	From      int
	Resumed   bool
	SHA256    string
	Reason    string
}

func (s *Stream) next() (Event, data) {
	s.t.Helper()
	event, err := s.Next()
	if err != nil {
		s.t.Fatalf("the stream ended with %v\nso far: %q", err, s.tail())
	}
	var d data
	if err := json.Unmarshal([]byte(event.Data), &d); err != nil {
		s.t.Fatalf("%v: %v", event, err)
	}
	return event, d
}

// tail is the end of what was read, for messages.
func (s *Stream) tail() []byte {
	raw := s.Raw()
	return raw[max(0, len(raw)-2000):]
}
