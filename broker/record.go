package broker

import (
	"crypto/sha256"
	"strings"
	"time"
	"unicode/utf8"
)

// What records make of a message, and a message of records. Nothing here knows the
// store or the loop.

// shared is what a message is to the store that it has come from, or is kept in.
type shared struct {
	Stamp             // of its newest record
	unfinished string // what is there of a chunk whose end is not
}

// at returns the same message with another newest record.
func (m *Message) at(stamp Stamp) *Message {
	next := *m
	next.shared = &shared{Stamp: stamp}
	return &next
}

// first returns the record that makes message, which is new. It can have too much
// text for one.
func (m *Message) first() Record {
	r := Record{SubmittedAt: m.SubmittedAt, Live: m.isLive()}
	if m.Text.Len() > 0 {
		r.Chunks = []string{m.Text.String()}
	}
	if !m.isLive() {
		r.State = StateComplete
	}
	return r
}

// fromRecords returns the message that all its records make, nil if it was to be
// submitted whole and is not.
func fromRecords(id MessageID, records []Record) *Message {
	first, last := records[0], records[len(records)-1]
	if !first.Live {
		return wholeFromRecords(id, records)
	}
	m := newLive(id, "", first.SubmittedAt)
	for _, r := range records {
		m = m.with(r)
	}
	m.shared.Stamp = last.Stamp
	m.live.newest.Store(m)
	if m.State != StateOpen {
		close(m.live.done)
	}
	return m
}

func wholeFromRecords(id MessageID, records []Record) *Message {
	var text strings.Builder
	ended := false
	for _, r := range records {
		for _, chunk := range r.Chunks {
			text.WriteString(chunk)
		}
		ended = ended || r.State == StateComplete
	}
	if !ended {
		return nil
	}
	return newMessage(id, text.String(), records[0].SubmittedAt).at(records[len(records)-1].Stamp)
}

// with returns what the record behind its newest one makes of a message. Like append,
// it splits what comes.
func (m *Message) with(r Record) *Message {
	next := m.at(r.Stamp)
	next.addChunks(m.shared, r)
	if r.Percent != nil {
		next.Percent, next.Activity = *r.Percent, r.Activity
	}
	switch r.State {
	case StateComplete:
		next = next.ended(StateComplete, r.At)
		next.SHA256 = sha256.Sum256([]byte(next.Text.String()))
	case StateFailed:
		next = next.ended(StateFailed, r.At)
		next.Reason = r.Reason
	}
	return next
}

// addChunks appends those chunks of a record that end in it.
func (m *Message) addChunks(before *shared, r Record) {
	for i, chunk := range r.Chunks {
		if i == 0 && r.Continues && before != nil {
			chunk = before.unfinished + chunk
		}
		if i == len(r.Chunks)-1 && r.Unfinished {
			m.shared.unfinished = chunk
			return
		}
		m.Text = m.Text.Append(chunk)
	}
}

// to returns the record that changes a message to what a producer has made of it.
func (m *Message) to(after *Message) Record {
	r := Record{SubmittedAt: m.SubmittedAt}
	if text := after.Text.String()[m.Text.Len():]; text != "" {
		r.Chunks = []string{text}
	}
	if after.Percent != m.Percent || after.Activity != m.Activity {
		r.Percent, r.Activity = &after.Percent, after.Activity
	}
	if after.State != m.State {
		r.State, r.Reason = after.State, after.Reason
	}
	return r
}

// join adds the chunks of the change behind r to it, unless it is more than chunks, or
// both together are more than one record, and says whether it did.
func (r *Record) join(other Record) bool {
	if other.isMore() || r.size()+other.size() > recordBytes {
		return false
	}
	r.Chunks = append(r.Chunks, other.Chunks...)
	return true
}

// isMore says whether a record changes more than the text.
func (r *Record) isMore() bool { return r.Percent != nil || r.State != "" || r.Gone != "" }

func (r *Record) size() (bytes int) {
	for _, chunk := range r.Chunks {
		bytes += len(chunk)
	}
	return bytes
}

// split returns a record that may have more text than recordBytes as records that
// have not. Together they are one change: what else it has is in the last one, and a
// chunk is there when its last part is.
func (r Record) split() (parts []Record) {
	part := Record{SubmittedAt: r.SubmittedAt, Live: r.Live}
	room := recordBytes
	for _, chunk := range r.Chunks {
		for len(chunk) > room {
			head := wholeRunes(chunk, room)
			if head > 0 {
				part.Chunks = append(part.Chunks, chunk[:head])
			}
			part.Unfinished = head > 0
			parts = append(parts, part)
			part = Record{SubmittedAt: r.SubmittedAt, Continues: head > 0}
			chunk, room = chunk[head:], recordBytes
		}
		part.Chunks = append(part.Chunks, chunk)
		room -= len(chunk)
	}
	r.Chunks, r.Live, r.Continues = part.Chunks, part.Live, part.Continues
	return append(parts, r)
}

// wholeRunes returns how many bytes of text, at most so many, are whole code points.
func wholeRunes(text string, most int) int {
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return most
}

// touches is how often within its time to live a message that is used is said to be.
const touches = 10

// expiry returns when a message expires if it does not change: its last use may be a
// tenth of its time to live behind its newest record.
func (m *Message) expiry(c *Config) time.Time {
	ttl := c.TTL
	if m.State == StateOpen {
		ttl = max(ttl, c.ProducerTimeout)
	}
	return m.shared.At.Add(ttl + ttl/touches)
}

// needsTouch says whether a use of the message at now has to be told to the store.
func (m *Message) needsTouch(c *Config, now time.Time) bool {
	return m.State != StateOpen && now.Sub(m.shared.At) > c.TTL/touches
}
