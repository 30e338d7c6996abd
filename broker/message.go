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

// Message is a text and what is known of it at one moment. It is never changed
// once it was made, so any goroutine may read it: of a live message, there is
// another one after each change.
type Message struct {
	ID          MessageID
	Name        string // ID as text, which every frame carries
	Text        *actors.Text
	SHA256      [sha256.Size]byte // of the UTF-8 bytes of Text, once that is complete
	SubmittedAt time.Time

	State    State
	EndedAt  time.Time // of a live message that is not open any more
	Reason   string    // why it has failed
	Percent  int       // how far its job is; NoPercent as long as nobody has told
	Activity string    // what the job does; "" is the default text

	live   *live   // nil if it was submitted whole
	shared *shared // nil if it is only in memory
}

// isLive says whether it was opened, and not submitted whole.
func (m *Message) isLive() bool { return m.live != nil }

// Done returns a channel that the broker closes when a live message has ended, or is
// removed. It is nil for one that was submitted.
func (m *Message) Done() <-chan struct{} {
	if m.live == nil {
		return nil
	}
	return m.live.done
}

// State is where a message is in its life. From the last two there is no way back.
type State string

const (
	StateOpen     State = "open"     // its producers still append to it
	StateComplete State = "complete" // it is all there
	StateFailed   State = "failed"   // and nothing more will come
)

// ReasonProducerGone is the Reason of a message whose producer was silent for too
// long.
const ReasonProducerGone = "producer_gone"

// AtEnd is where a producer appends that does not say how many chunks there are.
const AtEnd = -1

// NoPercent is the Percent of a message whose job has told nothing.
const NoPercent = -1

func newMessage(id MessageID, text string, now time.Time) *Message {
	return &Message{
		ID:          id,
		Name:        id.String(),
		Text:        actors.NewText(text),
		SHA256:      sha256.Sum256([]byte(text)),
		SubmittedAt: now,
		State:       StateComplete,
		Percent:     NoPercent,
	}
}

// size is how much of the store's bytes it takes: its text, what its job does, and
// why it has failed.
func (m *Message) size() int { return m.Text.Len() + len(m.Activity) + len(m.Reason) }

// Status is what Lookup tells of a stored message at one moment.
type Status struct {
	Message       *Message
	ExpiresAt     time.Time // when it is evicted unless it is used before; zero while it is open
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
	RemovedByCapacity RemovalReason = "capacity" // never of a Store: a copy that made room is read again
)
