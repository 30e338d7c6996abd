package broker

import (
	"context"
	"net/netip"
)

// State is where a message is in its life. From the last two there is no way back.
type State string

const (
	StateOpen     State = "open"     // its producers still append to it
	StateComplete State = "complete" // it is all there
	StateFailed   State = "failed"   // and nothing more will come
)

// AtEnd is where a producer appends that does not say how many chunks there are.
const AtEnd = -1

// Open stores a new live message, which client has opened, and which begins with
// text, its chunk 0; "" is none. Errors are those of Submit.
func (b *Broker) Open(ctx context.Context, client netip.Prefix, text string) (*Message, error) {
	panic("not yet")
}

// Append appends chunk, which is valid UTF-8, to a live message, and returns what
// it is with that. With "" nothing is appended, but all is checked. With at, the
// message must have so many chunks before.
//
// Errors: ErrNotFound, ErrMessageClosed, ErrPositionMismatch, ErrMessageTooLarge,
// ErrStoreFull, ErrClientBytes, ErrClosed, or the cause of ctx; with any of them
// nothing is appended. Where there is such a message, it comes with the error.
func (b *Broker) Append(ctx context.Context, id MessageID, at int, chunk string) (*Message, error) {
	panic("not yet")
}

// Complete ends a live message, whose streams end when they have sent all of it.
// A message that is complete, or was submitted, stays so. Errors are those of
// Append.
func (b *Broker) Complete(ctx context.Context, id MessageID, at int) (*Message, error) {
	panic("not yet")
}

// Fail ends a live message for a reason of its producer's. A message that has
// failed stays so, for its first reason. Errors are those of Append.
func (b *Broker) Fail(ctx context.Context, id MessageID, reason string) (*Message, error) {
	panic("not yet")
}

// PutProgress tells how far a live message's job is, in percent, 0 to 100, and
// what it does; activity "" is the default text. The same percent again changes
// only the text, which those see who have not got that percent yet. Errors:
// ErrPercentTooLow, and those of Append.
func (b *Broker) PutProgress(ctx context.Context, id MessageID, percent int, activity string) (*Message, error) {
	panic("not yet")
}
