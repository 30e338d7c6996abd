package ssetest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"sseserver/internal/eventstream"
)

// Event is one thing that a stream says: an event, a comment or a reconnection
// time, of which the others' fields are empty.
type Event struct {
	Name string // "" for the events that onmessage sees
	ID   string // the client's last event id, with this event
	Data string

	Comment string        // without its colon and the space after that
	Retry   time.Duration // 0 is none, which is never sent

	At time.Time // when the read that completed it returned
}

func (e Event) String() string {
	switch {
	case e.Comment != "":
		return ": " + e.Comment
	case e.Retry != 0:
		return "retry: " + e.Retry.String()
	default:
		return fmt.Sprintf("event %q, id %q, data %s", e.Name, e.ID, e.Data)
	}
}

// Stream reads the events of one response as they arrive.
type Stream struct {
	Response *http.Response

	t      testing.TB
	body   io.ReadCloser
	parser eventstream.Parser
	events []Event // read and not asked for yet
	now    time.Time
	raw    bytes.Buffer
}

// Open asks for a stream. The header is given as name, value, name, value, …
// The test stops if the answer is no stream. The stream is closed at the end of
// the test, if not before.
func (s *Server) Open(protocol Protocol, path string, header ...string) *Stream {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.visits, http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := s.Client(protocol).Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return Read(s.t, resp)
}

// Read returns the stream in the body of resp. The test stops if it is none.
func Read(t testing.TB, resp *http.Response) *Stream {
	t.Helper()
	t.Cleanup(func() { resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
		t.Fatalf("%s %s: %s, %s, %s; want a stream", resp.Request.Method, resp.Request.URL, resp.Status, got, body)
	}
	return &Stream{Response: resp, t: t, body: resp.Body}
}

// Close leaves the stream, as a client does.
func (s *Stream) Close() { s.body.Close() }

// Raw returns all bytes of the body that were read so far.
func (s *Stream) Raw() []byte { return s.raw.Bytes() }

// Next returns the next event when it arrives, or why there is none: io.EOF
// where the body was ended properly.
func (s *Stream) Next() (Event, error) {
	var chunk [4096]byte
	for len(s.events) == 0 {
		n, err := s.body.Read(chunk[:])
		s.raw.Write(chunk[:n])
		s.now = time.Now()
		if err := s.parser.Feed(chunk[:n], s); err != nil {
			return Event{}, err
		}
		if err != nil && len(s.events) == 0 {
			return Event{}, err
		}
	}
	event := s.events[0]
	s.events = s.events[1:]
	return event, nil
}

// All returns the events up to the end of the body, and that end: nil where it
// was a proper one.
func (s *Stream) All() ([]Event, error) {
	var all []Event
	for {
		event, err := s.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, event)
	}
}

// Event implements eventstream.Handler.
func (s *Stream) Event(e eventstream.Event) error {
	s.events = append(s.events, Event{Name: string(e.Type), ID: string(e.ID), Data: string(e.Data), At: s.now})
	return nil
}

// Comment implements eventstream.Handler.
func (s *Stream) Comment(text []byte) {
	s.events = append(s.events, Event{Comment: string(bytes.TrimPrefix(text, []byte(" "))), At: s.now})
}

// Retry implements eventstream.Handler.
func (s *Stream) Retry(wait time.Duration) {
	s.events = append(s.events, Event{Retry: wait, At: s.now})
}
