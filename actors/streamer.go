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
func (s *Streamer) Run(ctx context.Context) {
	defer close(s.chunks)
	defer func() {
		if v := recover(); v != nil {
			s.err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	s.err = s.stream(ctx)
}

// stream is the paced loop. Every wait in it ends with ctx, too.
func (s *Streamer) stream(ctx context.Context) error {
	timer := time.NewTimer(time.Hour) // reset before each use
	defer timer.Stop()
	for range s.plan.From - s.plan.First {
		s.plan.Source.Next()
	}
	for position := s.plan.From; position < s.plan.End; position++ {
		text, ok := s.plan.Source.Next()
		if !ok {
			return fmt.Errorf("actors: source ended at position %d of %d", position, s.plan.End)
		}
		due := s.plan.Pace.Due(position - s.plan.From)
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		select {
		case s.chunks <- Chunk{Position: position, Text: text, Due: due}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// PanicError is the end of a streamer that panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("actors: panic: %v", e.Value) }
