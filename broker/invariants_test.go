package broker

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// checkInvariants checks what is true of a state at any time.
func checkInvariants(t *testing.T, s *state) {
	t.Helper()
	var bytes int64
	registered := make(map[Kind]int)
	for id, e := range s.messages {
		if e.message.ID != id {
			t.Errorf("message %v is stored as %v", e.message.ID, id)
		}
		bytes += int64(len(e.message.Text))
		for stream := range e.streams.all() {
			registered[stream.kind]++
			if stream.entry != e {
				t.Errorf("a stream of %v is registered with %v", stream.entry.message.ID, id)
			}
		}
	}
	if bytes != s.bytes || bytes > s.limits.bytes || len(s.messages) > s.limits.messages {
		t.Errorf("%d messages of %d bytes, counted as %d; limits %+v", len(s.messages), bytes, s.bytes, s.limits)
	}
	// Streams of removed messages run on for a moment, so more may be counted.
	for _, kind := range Kinds {
		if registered[kind] > s.streams[kind] {
			t.Errorf("%d %s streams, counted as %d", registered[kind], kind, s.streams[kind])
		}
	}
	if s.active() > s.limits.streams {
		t.Errorf("%d streams, limit %d", s.active(), s.limits.streams)
	}
	if listed := s.idle.len + s.busy.len; listed != len(s.messages) {
		t.Errorf("%d messages are listed, %d are stored", listed, len(s.messages))
	}
	checkList(t, s, &s.idle, false)
	checkList(t, s, &s.busy, true)
}

// checkList checks that a list has the right messages, by last use.
func checkList(t *testing.T, s *state, uses *list[entry], busy bool) {
	t.Helper()
	var last time.Time
	n := 0
	for e := range uses.all() {
		n++
		switch {
		case s.messages[e.message.ID] != e:
			t.Errorf("message %v is listed and not stored", e.message.ID)
		case e.place.list != uses || e.place.value != e:
			t.Errorf("message %v does not know its place", e.message.ID)
		case (e.streams.len > 0) != busy:
			t.Errorf("message %v has %d streams and is in the other list", e.message.ID, e.streams.len)
		case e.lastUse.Before(last):
			t.Errorf("message %v is behind one that was used later", e.message.ID)
		}
		last = e.lastUse
	}
	if n != uses.len {
		t.Errorf("%d messages are in a list that counts %d", n, uses.len)
	}
}

// pictureOf shows all of a state, in order.
func pictureOf(s *state) string {
	var picture strings.Builder
	for _, uses := range []*list[entry]{&s.idle, &s.busy} {
		for e := range uses.all() {
			fmt.Fprintf(&picture, "%v used %v, %d streams; ", e.message.ID, e.lastUse.Format(time.TimeOnly), e.streams.len)
		}
		picture.WriteString("/ ")
	}
	fmt.Fprintf(&picture, "%d messages, %d bytes, streams %v, draining %v", len(s.messages), s.bytes, s.streams, s.draining)
	return picture.String()
}
