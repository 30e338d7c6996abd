package broker

import (
	"crypto/sha256"
	"time"

	"sseserver/actors"
)

// What becomes of a message: each method returns another one, or the same if
// nothing changes, or why it cannot be. They know neither loop nor clock.

// append is with one more chunk. The message must have at chunks before, unless
// that is AtEnd, and at most limit bytes with it. full is why the store has no room
// for the chunk, nil if it has: splitting it can be much work, also of a short one.
func (m *Message) append(at int, chunk string, limit int64, full error) (*Message, error) {
	switch {
	case m.State != StateOpen:
		return nil, ErrMessageClosed
	case at != AtEnd && at != m.Text.Count(actors.Appended):
		return nil, ErrPositionMismatch
	case int64(m.Text.Len()+len(chunk)) > limit:
		return nil, ErrMessageTooLarge
	case chunk == "":
		return m, nil
	case full != nil:
		return nil, full
	}
	next := *m
	next.Text = m.Text.Append(chunk)
	return &next, nil
}

func (m *Message) complete(at int, now time.Time) (*Message, error) {
	switch {
	case m.State == StateComplete:
		return m, nil
	case m.State == StateFailed:
		return nil, ErrMessageClosed
	case at != AtEnd && at != m.Text.Count(actors.Appended):
		return nil, ErrPositionMismatch
	}
	next := m.ended(StateComplete, now)
	next.SHA256 = sha256.Sum256([]byte(m.Text.String()))
	return next, nil
}

func (m *Message) fail(reason string, now time.Time) (*Message, error) {
	switch m.State {
	case StateFailed:
		return m, nil
	case StateComplete:
		return nil, ErrMessageClosed
	}
	next := m.ended(StateFailed, now)
	next.Reason = reason
	return next, nil
}

func (m *Message) ended(state State, now time.Time) *Message {
	next := *m
	next.Text = m.Text.End()
	next.State = state
	next.EndedAt = now
	return &next
}

// progress is never the same: who tells that the percent is still what it was is
// there.
func (m *Message) progress(percent int, activity string) (*Message, error) {
	switch {
	case m.State != StateOpen:
		return nil, ErrMessageClosed
	case percent < m.Percent:
		return nil, ErrPercentTooLow
	}
	next := *m
	next.Percent = percent
	next.Activity = activity
	return &next, nil
}

// activity returns what the job does at a percent.
func (m *Message) activity(percent int) string {
	if m.Activity == "" && percent >= 0 {
		return actors.ProgressText(percent)
	}
	return m.Activity
}

// told returns up to which percent a stream can have told how far a live message's
// job is: that it was done is told when the message is complete.
func (m *Message) told() int {
	if m.State == StateComplete {
		return actors.LastPercent
	}
	return min(m.Percent, actors.LastPercent-1)
}
