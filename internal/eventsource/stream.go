package eventsource

import (
	"context"
	"errors"
	"time"

	"sseserver/internal/eventstream"
)

// stream reads the body until it ends and says why it did.
//
// This and what it calls down to the read is where a source spends its life:
// whatever these frames hold counts once for each client.
func (s *Source) stream(ctx context.Context, a *attempt) *Error {
	var wait time.Duration
	var end *Error
	take := func(b []byte) bool {
		wait, end = s.take(a, b, time.Now())
		if a.watchdog != nil {
			a.alive()
		}
		return end == nil && wait == 0 && !a.body.done && !a.ended()
	}
	for !a.body.done {
		if err := a.in.each(take); err != nil || a.ended() {
			return a.broken(err)
		}
		if end == nil {
			end = s.rest(ctx, a, wait)
		}
		if end != nil {
			return end
		}
	}
	return fail(ReasonEnded, nil)
}

// errInsideEvent is why a response that was whole is truncated all the same.
var errInsideEvent = errors.New("the response ended in the middle of an event")

// whole tells a stream that has ended from one that was cut off, though the
// response ended as HTTP demands: its last event is discarded (WHATWG HTML,
// section 9.2.6, "Once the end of the file is reached").
func (s *Source) whole(end *Error) *Error {
	if end.Reason == ReasonEnded && s.parser.Unfinished() {
		return fail(ReasonTruncated, errInsideEvent)
	}
	return end
}

// take interprets the bytes of one read and asks the handler how long to rest
// after it.
func (s *Source) take(a *attempt, b []byte, at time.Time) (time.Duration, *Error) {
	s.read = Read{At: at, Bytes: len(b)}
	end := s.interpret(&a.body, b)
	return s.cfg.Handler.ReadDone(s.read), end
}

func (s *Source) interpret(body *body, b []byte) *Error {
	for len(b) > 0 && !body.done {
		payload, rest, err := body.next(b)
		if err != nil {
			return fail(ReasonMalformedHTTP, err)
		}
		s.read.Payload += len(payload)
		if err := s.parser.Feed(payload, (*dispatcher)(s)); err != nil {
			return refused(err)
		}
		b = rest
	}
	return nil
}

// refused translates an error of the parser or of the handler.
func refused(err error) *Error {
	switch {
	case errors.Is(err, eventstream.ErrEventTooLong):
		return fail(ReasonEventTooLong, err)
	case errors.Is(err, ErrReconnect):
		return fail(ReasonDropped, err)
	}
	return fail(ReasonStopped, err)
}

// rest delays the next read, during which the read timeout does not run.
func (s *Source) rest(ctx context.Context, a *attempt, wait time.Duration) *Error {
	if wait == 0 {
		a.alive()
		return nil
	}
	if a.watchdog != nil {
		a.watchdog.Stop()
	}
	pause(ctx, wait)
	if ctx.Err() != nil {
		a.end(errCancelled) // the watch on ctx need not have come so far
	}
	if a.ended() {
		return a.failed(ReasonCancelled, nil)
	}
	a.alive()
	return nil
}

// dispatcher is the Source as its parser sees it.
type dispatcher Source

func (d *dispatcher) Event(e eventstream.Event) error {
	d.read.Events++
	return d.cfg.Handler.Event(e, d.read.At)
}

func (d *dispatcher) Comment(text []byte) { d.cfg.Handler.Comment(text, d.read.At) }

func (d *dispatcher) Retry(wait time.Duration) { d.wait = wait }
