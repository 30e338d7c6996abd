package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Plan says what a streamer sends and when. It is not changed after New.
type Plan struct {
	Clock  *Clock // wakes the streamer; must be running
	Source Source // yields the texts of positions First to End-1
	First  int    // position of the source's first text
	From   int    // position of the first chunk; what comes before is skipped
	End    int    // one past the position of the last chunk; End <= From sends none
	Pace   Pace
	Reader Reader // told of each chunk; nil for one who waits for them instead
}

// Reader is who receives from Chunks, if it does not wait there all the time.
type Reader interface {
	// Ready is called once for each chunk, and once for the end, when that can be
	// received without waiting. Run calls it, and does not go on before it returns.
	Ready()
}

// Streamer is the actor that serves one subscription. One goroutine calls Run
// once; one other at a time reads Chunks and, when that is closed, Err. Any may
// call Cancel.
type Streamer struct {
	// Immutable after Init.
	plan    Plan
	chunks  chan Chunk
	unwatch func() bool // of the context that ends the streamer; nil if that never ends

	// The mailbox, which the clock and Cancel send to and nobody closes; the
	// rest of it is in the clock's hands while Run sleeps.
	sleeper

	// Why it was told to end, written once by whoever is the first; nil before.
	canceled atomic.Pointer[error]

	// Written by Run before it closes chunks, read by others after.
	err error
}

// New returns a streamer that has not been started. It ends with ctx at the
// latest.
func New(ctx context.Context, plan Plan) *Streamer {
	s := new(Streamer)
	s.Init(ctx, plan)
	return s
}

// Init is New for a zero Streamer that is part of something larger. It is called
// before anything else.
func (s *Streamer) Init(ctx context.Context, plan Plan) {
	// A reader that waits is handed each chunk. One that is told of it gets there
	// later, and finds that one; no more of them wait in memory.
	room := 0
	if plan.Reader != nil {
		room = 1
	}
	s.plan = plan
	s.chunks = make(chan Chunk, room)
	s.sleeper = sleeper{mailbox: make(chan signal, mailboxRoom), grid: plan.Pace.grid()}
	if ctx.Done() != nil {
		s.unwatch = context.AfterFunc(ctx, func() { s.Cancel(context.Cause(ctx)) })
	}
}

// Chunks returns the chunks in order. Run closes the channel when the stream
// has ended, after which Err tells why.
func (s *Streamer) Chunks() <-chan Chunk { return s.chunks }

// Err returns why the stream ended: nil when every chunk was sent, the cause
// with which it or the context of New was canceled, or a *PanicError. It must
// not be called before Chunks is closed.
func (s *Streamer) Err() error { return s.err }

// Cancel tells the streamer to end with cause, unless it was told before or has
// ended. Nil stands for context.Canceled, as with a context.
func (s *Streamer) Cancel(cause error) {
	if cause == nil {
		cause = context.Canceled
	}
	s.canceled.CompareAndSwap(nil, &cause)
	tell(s.mailbox, look)
}

// Canceled says whether the streamer was told to end, or has ended.
func (s *Streamer) Canceled() bool { return s.canceled.Load() != nil }

// Run sends the chunks, each when it is due. It returns when all were sent or
// it was canceled, having closed Chunks.
//
// The goroutine waits nearly all the time, and its stack, which is most of what
// it costs, should stay at the 2 KiB that it starts with: hence the small
// functions below, each with the few variables it needs. It waits on one
// channel, its mailbox; a select of that and the done channel of a context would
// cost it a channel more, and every wait the time to enter both.
func (s *Streamer) Run() {
	defer s.end()
	s.err = s.stream()
}

// end is deferred by Run: it turns a panic into the reason of the end.
func (s *Streamer) end() {
	if v := recover(); v != nil {
		s.err = &PanicError{Value: v, Stack: debug.Stack()}
	}
	close(s.chunks)
	s.tellReader()
	if s.unwatch != nil {
		s.unwatch()
	}
	s.canceled.CompareAndSwap(nil, &context.Canceled)
}

// stream is the paced loop.
func (s *Streamer) stream() error {
	for range s.plan.From - s.plan.First {
		s.plan.Source.Next()
	}
	for position := s.plan.From; position < s.plan.End; position++ {
		if !s.sleepUntil(s.due(position)) || !s.send(position) {
			return s.cause(position)
		}
	}
	return nil
}

// due returns when the schedule wants the chunk of this position.
func (s *Streamer) due(position int) time.Time { return s.plan.Pace.Due(position - s.plan.From) }

// sleepUntil waits until t, and says false if the streamer was canceled before.
func (s *Streamer) sleepUntil(t time.Time) bool {
	if !s.plan.Clock.wakeAt(t, &s.sleeper) {
		return len(s.mailbox) == 0 // there may be a look
	}
	if <-s.mailbox == due {
		return true
	}
	s.plan.Clock.forget(&s.sleeper)
	return false
}

// send hands the chunk of this position to the reader. It says false if the
// streamer was canceled before, or there is none.
//
//go:noinline
func (s *Streamer) send(position int) bool {
	text, ok := s.plan.Source.Next()
	if !ok {
		return false
	}
	chunk := Chunk{Position: position, Text: text, Due: s.due(position)}
	select {
	case s.chunks <- chunk: // mostly its reader waits, or there is room, and this is all
	default:
		select {
		case s.chunks <- chunk:
		case <-s.mailbox: // a look: no tick was asked for
			return false
		}
	}
	s.tellReader()
	return true
}

// tellReader tells that there is something to receive.
func (s *Streamer) tellReader() {
	if s.plan.Reader != nil {
		s.plan.Reader.Ready()
	}
}

// cause tells why the chunk of this position was not sent.
func (s *Streamer) cause(position int) error {
	if cause := s.canceled.Load(); cause != nil {
		return *cause
	}
	return fmt.Errorf("actors: source ended at position %d of %d", position, s.plan.End)
}

// PanicError is the end of a streamer that panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("actors: panic: %v", e.Value) }
