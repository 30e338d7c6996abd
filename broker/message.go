package broker

import (
	"crypto/sha256"
	"time"

	"sseserver/actors"

	"github.com/google/uuid"
)

// MessageID names a message; SubscriptionID names a stream. Both are version 4
// UUIDs and print in the canonical lower-case form.
type (
	MessageID      uuid.UUID
	SubscriptionID uuid.UUID
)

func (id MessageID) String() string      { return uuid.UUID(id).String() }
func (id SubscriptionID) String() string { return uuid.UUID(id).String() }

// canonicalLength is the length of the only spelling of an id that is ours:
// 8-4-4-4-12 hexadecimal digits (RFC 9562 §4), in either case.
const canonicalLength = 36

// ParseMessageID reads the canonical spelling of an id. The other spellings
// that package uuid knows (urn:uuid:…, {…}, no hyphens) are refused.
func ParseMessageID(s string) (MessageID, bool) {
	if len(s) != canonicalLength {
		return MessageID{}, false
	}
	id, err := uuid.Parse(s)
	return MessageID(id), err == nil
}

// Message is a submitted text and what is known of it. It is never changed
// once it was made, so any goroutine may read it.
type Message struct {
	ID          MessageID
	Name        string // ID as text, which every frame carries
	Text        string
	Characters  *actors.Index     // of the extended grapheme clusters in Text
	Words       *actors.Index     // of the runs of non-space with the white space after them
	SHA256      [sha256.Size]byte // of the UTF-8 bytes of Text
	SubmittedAt time.Time
}

func newMessage(id MessageID, text string, now time.Time) *Message {
	return &Message{
		ID:          id,
		Name:        id.String(),
		Text:        text,
		Characters:  actors.NewIndex(text, actors.Character),
		Words:       actors.NewIndex(text, actors.Word),
		SHA256:      sha256.Sum256([]byte(text)),
		SubmittedAt: now,
	}
}

// index returns where the units of the text are.
func (m *Message) index(unit actors.Unit) *actors.Index {
	if unit == actors.Word {
		return m.Words
	}
	return m.Characters
}

// Status is what Lookup tells of a stored message at one moment.
type Status struct {
	Message       *Message
	ExpiresAt     time.Time // when it is evicted unless it is used before
	ActiveStreams int
}

// Removal tells of a message that left the store.
type Removal struct {
	MessageID     MessageID
	Reason        RemovalReason
	Age           time.Duration // since it was submitted
	ActiveStreams int           // streams that this ended
}

// RemovalReason says why a message left the store.
type RemovalReason string

const (
	RemovedByRequest  RemovalReason = "request"
	RemovedByTTL      RemovalReason = "ttl"
	RemovedByCapacity RemovalReason = "capacity"
)
