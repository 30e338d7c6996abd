package broker

import (
	"time"

	"sseserver/actors"
)

// Kind is what a stream shows of its message.
type Kind string

const (
	Characters Kind = "characters" // the text, unit by unit
	Progress   Kind = "progress"   // a simulated processing of it, 1 to 100 %
)

// Kinds are all kinds of streams.
var Kinds = []Kind{Characters, Progress}

// Request is what a client asks for when it subscribes.
type Request struct {
	MessageID MessageID
	Kind      Kind
	Unit      actors.Unit   // of Characters only
	Interval  time.Duration // between two chunks; must be positive
	After     int           // resume after this position; AfterNone begins at the start
	Reader    actors.Reader // told of each chunk; nil for one who waits for them instead
}

// AfterNone is a Request.After that is no position of any stream.
const AfterNone = -1

// span returns the positions that a stream of this request has on message,
// first to end-1, and the one it begins at.
func (r Request) span(message *Message) (first, from, end int) {
	switch {
	case r.Kind == Progress:
		first, end = actors.FirstPercent, actors.LastPercent+1
	case r.Unit == actors.Word:
		first, end = 0, message.Words
	default:
		first, end = 0, message.Characters
	}
	if r.After < first || r.After >= end {
		return first, first, end
	}
	return first, r.After + 1, end
}

// Subscription is a running stream, as given to the one who asked for it. One
// goroutine at a time reads Chunks; any may call Cancel.
type Subscription struct {
	ID       SubscriptionID
	Message  *Message
	Kind     Kind
	Interval time.Duration
	First    int // position at which a stream from the beginning starts
	From     int // position of the first chunk here; more than First if resumed
	End      int // one past the position of the last chunk

	streamer actors.Streamer
}

// plan makes s the stream of message that who asks for, from now on.
func (s *Subscription) plan(who subscriber, message *Message, clock *actors.Clock, now time.Time) {
	request := who.request
	first, from, end := request.span(message)
	source := actors.Progress()
	if request.Kind == Characters {
		source = actors.Split(message.Text, request.Unit)
	}
	*s = Subscription{
		ID:       who.id,
		Message:  message,
		Kind:     request.Kind,
		Interval: request.Interval,
		First:    first,
		From:     from,
		End:      end,
	}
	s.streamer.Init(who.ctx, actors.Plan{
		Clock:  clock,
		Source: source,
		First:  first,
		From:   from,
		End:    end,
		Pace:   actors.Pace{Start: now, Interval: request.Interval},
		Reader: request.Reader,
	})
}

// Total returns how many chunks the whole stream has.
func (s *Subscription) Total() int { return s.End - s.First }

// Chunks returns the chunks in order. The streamer closes the channel when the
// stream has ended; the reader must read until then, or Cancel.
func (s *Subscription) Chunks() <-chan actors.Chunk { return s.streamer.Chunks() }

// Err returns why the stream ended, nil if every chunk was sent. Call it only
// after Chunks is closed.
func (s *Subscription) Err() error { return s.streamer.Err() }

// Cancel ends the stream early. Err then returns cause, unless the stream had
// ended for another reason before.
func (s *Subscription) Cancel(cause error) { s.streamer.Cancel(cause) }

// Canceled says whether the stream was asked to end, or has ended.
func (s *Subscription) Canceled() bool { return s.streamer.Canceled() }
