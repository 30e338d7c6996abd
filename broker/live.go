package broker

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"sseserver/actors"
)

// live is what the producers and the streams of one live message share.
type live struct {
	// Has room for the producer whose turn it is. Producers send and receive, nobody
	// closes: what one wants to change is made of what the one before has left.
	turn chan struct{}

	// What the message is now. The loop stores it, everybody reads it.
	newest atomic.Pointer[Message]

	told atomic.Bool // of its end, which FirstToTell sets
}

// FirstToTell says true to the first who asks about a live message that has ended.
// Several producers may find at the same time that it has, as may Config.Failed: one
// of them is to tell of it.
func (m *Message) FirstToTell() bool {
	return m.live != nil && m.State != StateOpen && m.live.told.CompareAndSwap(false, true)
}

// Newest is for the sources of streams.
func (l *live) Newest() *actors.Text { return l.newest.Load().Text }

// Progress is for the sources of progress streams. That a job was done counts only
// once its message is complete.
func (l *live) Progress() (percent int, activity string, ended bool) {
	m := l.newest.Load()
	switch {
	case m.State == StateComplete:
		percent = actors.LastPercent
	case m.Percent == actors.LastPercent:
		percent = NoPercent
	default:
		percent = m.Percent
	}
	return percent, m.activity(percent), m.State != StateOpen
}

// newLive returns a live message that begins with text, its first chunk, if it is
// not "".
func newLive(id MessageID, text string, now time.Time) *Message {
	m := &Message{
		ID:          id,
		Name:        id.String(),
		Text:        actors.NewGrowingText(),
		SubmittedAt: now,
		State:       StateOpen,
		Live:        true,
		Percent:     NoPercent,
		live:        &live{turn: make(chan struct{}, 1)},
	}
	if text != "" {
		m.Text = m.Text.Append(text)
	}
	m.live.newest.Store(m)
	return m
}

// Open stores a new live message, which client has opened, and which begins with
// text, its chunk 0; "" is none. Errors are those of Submit.
func (b *Broker) Open(ctx context.Context, client netip.Prefix, text string) (*Message, error) {
	return b.store(ctx, client, newLive(MessageID(b.config.NewID()), text, time.Now()))
}

// Append appends chunk, which is valid UTF-8, to a live message, and returns what
// it is with that. With "" nothing is appended, but all is checked. The message
// must have at chunks before, unless that is AtEnd.
//
// Errors: ErrNotFound, ErrMessageClosed, ErrPositionMismatch, ErrMessageTooLarge,
// ErrStoreFull, ErrClientBytes, ErrClosed, or the cause of ctx; with any of them
// nothing is appended. Where there is such a message, it comes with the error.
func (b *Broker) Append(ctx context.Context, id MessageID, at int, chunk string) (*Message, error) {
	return b.change(ctx, id, func(m *Message) (*Message, error) {
		return m.append(at, chunk, b.config.MaxMessageBytes)
	})
}

// Complete ends a live message, whose streams end when they have sent all of it.
// A message that is complete, or was submitted, stays so. Errors are those of
// Append.
func (b *Broker) Complete(ctx context.Context, id MessageID, at int) (*Message, error) {
	return b.change(ctx, id, func(m *Message) (*Message, error) { return m.complete(at, time.Now()) })
}

// Fail ends a live message for a reason of its producer's. A message that has
// failed stays so, for its first reason. Errors are those of Append.
func (b *Broker) Fail(ctx context.Context, id MessageID, reason string) (*Message, error) {
	return b.change(ctx, id, func(m *Message) (*Message, error) { return m.fail(reason, time.Now()) })
}

// PutProgress tells how far a live message's job is, in percent, 0 to 100, and
// what it does; activity "" is the default text. The same percent again changes
// only the text, which those see who have not got that percent yet. Errors:
// ErrPercentTooLow, and those of Append.
func (b *Broker) PutProgress(ctx context.Context, id MessageID, percent int, activity string) (*Message, error) {
	return b.change(ctx, id, func(m *Message) (*Message, error) { return m.progress(percent, activity) })
}

// change puts what becomes of a message in its place, when it is its producer's
// turn. Making that, which may be much work, is done here, and not by the loop.
func (b *Broker) change(ctx context.Context, id MessageID, become func(*Message) (*Message, error)) (*Message, error) {
	found, failed := b.finds.ask(ctx, b, find(id))
	switch {
	case failed != nil:
		return nil, failed
	case found == nil:
		return nil, ErrNotFound
	case found.live == nil: // it never changes
		_, err := become(found)
		return found, err
	}
	select {
	case found.live.turn <- struct{}{}:
		defer func() { <-found.live.turn }()
	case <-ctx.Done():
		return found, context.Cause(ctx)
	}
	before := found.live.newest.Load()
	after, err := become(before)
	if err != nil || after == before {
		return before, err
	}
	if err, failed = b.changes.ask(ctx, b, change{before, after}); failed != nil {
		return before, failed
	}
	return found.live.newest.Load(), err // after, or what the loop has made of it meanwhile
}
