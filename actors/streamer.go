package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Plan says what a streamer sends and when. It is not changed after New.
type Plan struct {
	Source Source // yields the texts of positions First to End-1
	First  int    // position of the source's first text
	From   int    // position of the first chunk; what comes before is skipped
	End    int    // one past the position of the last chunk; End <= From sends none
	Pace   Pace
}

// Streamer is the actor that serves one subscription. One goroutine calls Run
// once; one other reads Chunks and, when that is closed, Err.
type Streamer struct {
	// Immutable.
	plan   Plan
	chunks chan Chunk

	// Written by Run before it closes chunks, read by others after.
	err error
}

// New returns a streamer that has not been started.
func New(plan Plan) *Streamer {
	return &Streamer{
		plan: plan,
		// No room: a chunk is handed over when its reader is ready for it, so
		// nothing that was not sent yet waits in memory.
		chunks: make(chan Chunk),
	}
}

// Chunks returns the chunks in order. Run closes the channel when the stream
// has ended, after which Err tells why.
func (s *Streamer) Chunks() <-chan Chunk { return s.chunks }

// Err returns why the stream ended: nil when every chunk was sent, the cause of
// the context that ended it, or a *PanicError. It must not be called before
// Chunks is closed.
func (s *Streamer) Err() error { return s.err }

// Run sends the chunks, each when it is due. It returns when all were sent or
// ctx has ended, having closed Chunks.
//
// The goroutine waits nearly all the time, and its stack, which is most of what
// it costs, should stay at the 2 KiB that it starts with: hence the small
// functions below, each with the few variables it needs.
func (s *Streamer) Run(ctx context.Context) {
	defer s.end()
	s.err = s.stream(ctx)
}

// end is deferred by Run: it turns a panic into the reason of the end.
func (s *Streamer) end() {
	if v := recover(); v != nil {
		s.err = &PanicError{Value: v, Stack: debug.Stack()}
	}
	close(s.chunks)
}

// stream is the paced loop.
func (s *Streamer) stream(ctx context.Context) error {
	for range s.plan.From - s.plan.First {
		s.plan.Source.Next()
	}
	timer := time.NewTimer(time.Hour) // reset before each use
	defer timer.Stop()
	for position := s.plan.From; position < s.plan.End; position++ {
		if !sleepUntil(ctx, timer, s.due(position)) || !s.send(ctx, position) {
			return s.cause(ctx, position)
		}
	}
	return nil
}

// due returns when the schedule wants the chunk of this position.
func (s *Streamer) due(position int) time.Time { return s.plan.Pace.Due(position - s.plan.From) }

// sleepUntil waits until due, and says false if ctx ended before.
func sleepUntil(ctx context.Context, timer *time.Timer, due time.Time) bool {
	wait := time.Until(due)
	if wait <= 0 {
		return true
	}
	timer.Reset(wait)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// send hands the chunk of this position to the reader. It says false if ctx
// ended before, or there is none.
//
//go:noinline
func (s *Streamer) send(ctx context.Context, position int) bool {
	text, ok := s.plan.Source.Next()
	if !ok {
		return false
	}
	chunk := Chunk{Position: position, Text: text, Due: s.due(position)}
	select {
	case s.chunks <- chunk: // mostly the reader waits, and this is all
		return true
	default:
	}
	select {
	case s.chunks <- chunk:
		return true
	case <-ctx.Done():
		return false
	}
}

// cause tells why the chunk of this position was not sent.
func (s *Streamer) cause(ctx context.Context, position int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("actors: the source ended before position %d of %d", position, s.plan.End)
}

// PanicError is the end of a streamer that panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("actors: panic: %v", e.Value) }
