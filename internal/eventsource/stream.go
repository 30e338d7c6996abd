package eventsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"sseserver/internal/eventstream"
)

// smallRead is the read buffer of a source, in bytes: a usual event with its framing fits several
// times. A source that finds it full is behind, or has long events, and borrows a large one.
const (
	smallRead = 1 << 10
	largeRead = 32 << 10
)

var largeBuffers = sync.Pool{New: func() any { return new([largeRead]byte) }}

// stream reads the body until it ends and says why it did.
//
// This and what it calls down to the read is where a source spends its life: whatever these frames
// hold counts once for each client.
func (s *Source) stream(ctx context.Context, r *response) *Error {
	if len(r.ahead) > 0 {
		err := s.take(ctx, r, r.ahead, r.headAt)
		r.forgetAhead()
		if err != nil {
			return err
		}
	}
	buf := make([]byte, smallRead)
	for !r.body.done {
		n, err := r.conn.Read(buf)
		if n > 0 {
			if err := s.take(ctx, r, buf[:n], time.Now()); err != nil {
				return err
			}
		}
		if err != nil {
			return broken(ctx, r, err)
		}
		if n == len(buf) && !r.body.done {
			if err := s.streamLarge(ctx, r); err != nil {
				return err
			}
		}
	}
	return fail(ReasonEnded, nil)
}

// streamLarge reads with a borrowed buffer until a read would have fitted into a small one.
func (s *Source) streamLarge(ctx context.Context, r *response) *Error {
	buf := largeBuffers.Get().(*[largeRead]byte)
	defer largeBuffers.Put(buf)
	for n := smallRead; n >= smallRead && !r.body.done; {
		var err error
		if n, err = r.conn.Read(buf[:]); n > 0 {
			if err := s.take(ctx, r, buf[:n], time.Now()); err != nil {
				return err
			}
		}
		if err != nil {
			return broken(ctx, r, err)
		}
	}
	return nil
}

// take interprets the bytes of one read and makes the pause that the handler asks for.
func (s *Source) take(ctx context.Context, r *response, b []byte, at time.Time) *Error {
	s.read = Read{At: at, Bytes: len(b)}
	err := s.interpret(r, b)
	wait := s.cfg.Handler.ReadDone(s.read)
	if err != nil {
		return err
	}
	if wait != 0 {
		if s.watchdog != nil {
			s.watchdog.Stop()
		}
		if pause(ctx, wait, nil); ctx.Err() != nil {
			return interrupted(ctx)
		}
	}
	if s.watchdog != nil {
		s.watchdog.Reset(s.cfg.ReadTimeout)
	}
	return nil
}

func (s *Source) interpret(r *response, b []byte) *Error {
	for len(b) > 0 && !r.body.done {
		var payload []byte
		var err error
		if payload, b, err = r.body.next(b); err != nil {
			return fail(ReasonMalformedHTTP, err)
		}
		if err := s.parser.Feed(payload, (*dispatcher)(s)); err != nil {
			return refused(err)
		}
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

// broken says why a read failed: because of this side, or of the other.
func broken(ctx context.Context, r *response, err error) *Error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	if errors.Is(err, io.EOF) {
		if r.body.endsWithConnection {
			return fail(ReasonEnded, nil)
		}
		return fail(ReasonTruncated, fmt.Errorf("connection closed inside the response: %w", io.ErrUnexpectedEOF))
	}
	return fail(ReasonTruncated, err)
}

// interrupted is the end of an attempt that this side ended.
func interrupted(ctx context.Context) *Error {
	switch cause := context.Cause(ctx); cause {
	case errReadTimeout:
		return fail(ReasonReadTimeout, cause)
	case errRestart:
		return fail(ReasonDropped, cause)
	default:
		return fail(ReasonCancelled, cause)
	}
}

// dispatcher is the Source as its parser sees it.
type dispatcher Source

func (d *dispatcher) Event(e eventstream.Event) error {
	d.read.Events++
	return d.cfg.Handler.Event(e, d.read.At)
}

func (d *dispatcher) Comment(text []byte) { d.cfg.Handler.Comment(text, d.read.At) }

func (d *dispatcher) Retry(wait time.Duration) { d.wait = wait }
