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
	checkMessages(t, &s.messages)
	checkStreams(t, &s.streams)
	checkClients(t, s)
	for id, e := range s.messages.byID {
		if streams := s.streams.ofMessage(id); streams != e.holds {
			t.Errorf("message %v is held by %d streams, and has %d", id, e.holds, streams)
		}
	}
	for id := range s.streams.byMessage {
		if s.messages.find(id) == nil {
			t.Errorf("the streams of message %v, which is gone, were not ended", id)
		}
	}
}

func checkMessages(t *testing.T, m *messages) {
	t.Helper()
	var bytes, reasons int64 // for which there need not be room
	for id, e := range m.byID {
		if e.message.ID != id {
			t.Errorf("message %v is stored as %v", e.message.ID, id)
		}
		bytes += int64(e.message.size())
		reasons += int64(len(e.message.Reason))
	}
	if bytes != m.bytes || bytes-reasons > m.limits.bytes || len(m.byID) > m.limits.messages {
		t.Errorf("%d messages of %d bytes, counted as %d; limits %+v", len(m.byID), bytes, m.bytes, m.limits)
	}
	if listed := m.idle.len + m.held.len + m.open.len; listed != len(m.byID) {
		t.Errorf("%d messages are listed, %d are stored", listed, len(m.byID))
	}
	lastUse := func(e *entry) time.Time { return e.lastUse }
	checkList(t, m, &m.idle, lastUse)
	checkList(t, m, &m.held, lastUse)
	checkList(t, m, &m.open, func(e *entry) time.Time { return e.lastUse })
}

// checkList checks that a list has the right messages, by this time of theirs.
func checkList(t *testing.T, m *messages, entries *list[entry], by func(*entry) time.Time) {
	t.Helper()
	var last time.Time
	n := 0
	for e := range entries.all() {
		n++
		switch {
		case m.byID[e.message.ID] != e:
			t.Errorf("message %v is listed and not stored", e.message.ID)
		case e.place.list != entries || e.place.value != e:
			t.Errorf("message %v does not know its place", e.message.ID)
		case m.listOf(e) != entries:
			t.Errorf("message %v, %s and held by %d streams, is in another list", e.message.ID, e.message.State, e.holds)
		case by(e).Before(last):
			t.Errorf("message %v is behind a later one", e.message.ID)
		case e.message.live != nil && e.message.live.newest.Load() != e.message:
			t.Errorf("message %v is shown as it is not", e.message.ID)
		}
		last = by(e)
	}
	if n != entries.len {
		t.Errorf("%d messages are in a list that counts %d", n, entries.len)
	}
}

func checkStreams(t *testing.T, r *registry) {
	t.Helper()
	registered := make(map[Kind]int)
	for id, streams := range r.byMessage {
		if streams.len == 0 {
			t.Errorf("message %v has an empty list of streams", id)
		}
		for stream := range streams.all() {
			registered[stream.kind]++
			if stream.message != id {
				t.Errorf("a stream of %v is registered with %v", stream.message, id)
			}
		}
	}
	// Streams of removed messages run on for a moment, so more may be counted.
	for _, kind := range Kinds {
		if registered[kind] > r.running[kind] {
			t.Errorf("%d %s streams, counted as %d", registered[kind], kind, r.running[kind])
		}
	}
	if r.active() > r.limit {
		t.Errorf("%d streams, limit %d", r.active(), r.limit)
	}
}

// checkClients checks that what clients hold adds up.
func checkClients(t *testing.T, s *state) {
	t.Helper()
	c := s.messages.clients
	reasons := make(map[*share]int64)
	for _, e := range s.messages.byID {
		reasons[e.share] += int64(len(e.message.Reason))
	}
	var all share
	for client, share := range c.shares {
		all.bytes += share.bytes
		all.streams += share.streams
		all.open += share.open
		if share.client != client || share.texts == 0 && share.streams == 0 {
			t.Errorf("client %v is known with %+v", client, share)
		}
		if c.byteLimit > 0 && share.bytes-reasons[share] > c.byteLimit || c.streamLimit > 0 && share.streams > c.streamLimit {
			t.Errorf("a client has %+v, the limits are %+v", share, s.messages.limits)
		}
	}
	if c.byteLimit > 0 && all.open != s.messages.open.len {
		t.Errorf("clients have %d open messages together, and there are %d", all.open, s.messages.open.len)
	}
	if c.byteLimit > 0 && all.bytes != s.messages.bytes || c.streamLimit > 0 && all.streams != s.streams.active() {
		t.Errorf("clients have %+v together, and there are %d bytes and %d streams", all, s.messages.bytes, s.streams.active())
	}
}

// pictureOf shows all of a state, in order.
func pictureOf(s *state) string {
	var picture strings.Builder
	for _, entries := range []*list[entry]{&s.messages.idle, &s.messages.held, &s.messages.open} {
		for e := range entries.all() {
			fmt.Fprintf(&picture, "%v used %v, %s, %d bytes, %d streams; ", e.message.ID,
				e.lastUse.Format(time.TimeOnly), e.message.State, e.message.size(), e.holds)
		}
		picture.WriteString("/ ")
	}
	fmt.Fprintf(&picture, "%d messages, %d bytes, streams %v, %d clients, draining %v",
		len(s.messages.byID), s.messages.bytes, s.streams.running, len(s.messages.clients.shares), s.draining)
	return picture.String()
}
