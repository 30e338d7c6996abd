package eventsource

import (
	"context"
	"errors"
	"testing"
)

// tally is a line that counts.
type tally struct{ interrupts, hangUps int }

func (l *tally) interrupt() { l.interrupts++ }
func (l *tally) hangUp()    { l.hangUps++ }

func TestFirstCauseCounts(t *testing.T) {
	a := newAttempt(t.Context(), 0)
	var first, second tally
	if a.use(&first); a.ended() {
		t.Fatal("a new attempt has ended")
	}
	a.end(errReadTimeout)
	a.end(errCancelled)
	if end := a.failed(ReasonTruncated, nil); end.Reason != ReasonReadTimeout {
		t.Errorf("got %v, want read_timeout", end)
	}
	a.drop()
	a.use(&second)
	a.finish()
	if want := (tally{1, 1}); first != want || second != want {
		t.Errorf("first line %+v, second line %+v, want %+v each", first, second, want)
	}
}

func TestFailureHasItsReason(t *testing.T) {
	a := newAttempt(t.Context(), 0)
	defer a.finish()
	cause := errors.New("no route")
	if end := a.failed(ReasonConnectFailed, cause); end.Reason != ReasonConnectFailed || !errors.Is(end, cause) {
		t.Errorf("got %v", end)
	}
}

// watchedContext counts who watches it.
type watchedContext struct {
	context.Context
	done     chan struct{} // its own, else the context package looks at the one within
	watchers int
}

func (c *watchedContext) Done() <-chan struct{} { return c.done }

func (c *watchedContext) AfterFunc(func()) func() bool {
	c.watchers++
	return func() bool { c.watchers--; return true }
}

// A source that reconnects for days must not leave something behind in the
// context each time.
func TestAttemptsLeaveTheContext(t *testing.T) {
	ctx := &watchedContext{Context: t.Context(), done: make(chan struct{})}
	a := newAttempt(ctx, 0)
	if ctx.watchers != 1 {
		t.Fatalf("%d watchers during an attempt", ctx.watchers)
	}
	a.finish()
	if ctx.watchers != 0 {
		t.Errorf("%d watchers after it", ctx.watchers)
	}
}
