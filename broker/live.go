package broker

import (
	"cmp"
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

	// Closed by the loop when the message has ended or is removed. Nobody sends.
	done chan struct{}
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
		Percent:     NoPercent,
		live:        &live{turn: make(chan struct{}, 1), done: make(chan struct{})},
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
// nothing is appended. With ErrStoreUnavailable it may be, also later. Where there is
// such a message, it comes with the error.
func (b *Broker) Append(ctx context.Context, id MessageID, at int, chunk string) (*Message, error) {
	message, _, err := b.change(ctx, find{id, len(chunk)}, func(m *Message, full error) (*Message, error) {
		return m.append(at, chunk, b.config.MaxMessageBytes, full)
	})
	return message, err
}

// Complete ends a live message, whose streams end when they have sent all of it,
// and says whether it was this call that ended it: a message that is complete, or
// was submitted, stays so. Errors are those of Append.
func (b *Broker) Complete(ctx context.Context, id MessageID, at int) (message *Message, ended bool, err error) {
	return b.change(ctx, find{id: id}, func(m *Message, _ error) (*Message, error) { return m.complete(at, time.Now()) })
}

// Fail ends a live message for a reason of its producer's, and says whether it was
// this call that ended it: a message that has failed stays so, for its first
// reason. Errors are those of Append.
func (b *Broker) Fail(ctx context.Context, id MessageID, reason string) (message *Message, ended bool, err error) {
	return b.change(ctx, find{id: id}, func(m *Message, _ error) (*Message, error) { return m.fail(reason, time.Now()) })
}

// PutProgress tells how far a live message's job is, in percent, 0 to 100, and
// what it does; activity "" is the default text. The same percent again changes
// only the text, which those see who have not got that percent yet. Errors:
// ErrPercentTooLow, and those of Append.
func (b *Broker) PutProgress(ctx context.Context, id MessageID, percent int, activity string) (*Message, error) {
	message, _, err := b.change(ctx, find{id: id}, func(m *Message, _ error) (*Message, error) { return m.progress(percent, activity) })
	return message, err
}

// outcome makes of a message what it is to be next, which is the same if nothing
// changes, or says why it cannot be.
type outcome = func(m *Message, full error) (*Message, error)

// change puts what becomes of a message in its place, when it is its producer's
// turn, and says whether it did. Making that, which may be much work, is done here,
// and not by the loop. become is told why there is no room for it, if so; it is the
// loop that decides. Where there is a Store, the tail of the message does it, and stores
// the change there first.
func (b *Broker) change(ctx context.Context, asked find, become outcome) (message *Message, changed bool, err error) {
	if b.config.Store != nil {
		return b.changeShared(ctx, asked, become)
	}
	answer, failed := b.finds.ask(ctx, b, asked)
	found := answer.message
	switch {
	case failed != nil:
		return nil, false, failed
	case found == nil:
		return nil, false, ErrNotFound
	case !found.isLive(): // it never changes
		_, err = become(found, nil)
		return found, false, err
	}
	select {
	case found.live.turn <- struct{}{}:
		defer func() { <-found.live.turn }()
	case <-ctx.Done():
		return found, false, context.Cause(ctx)
	}
	before := found.live.newest.Load()
	after, err := become(before, answer.full)
	if err != nil || after == before {
		return before, false, err
	}
	if err, failed = b.changes.ask(ctx, b, change{before, after}); cmp.Or(failed, err) != nil {
		return found.live.newest.Load(), false, cmp.Or(failed, err) // the loop may have made something of it
	}
	return after, true, nil
}
