package eventsource

import (
	"context"
	"errors"
	"testing"
)

// closes counts how often it was closed.
type closes int

func (c *closes) Close() error { *c++; return nil }

func TestFirstCauseCounts(t *testing.T) {
	a := newAttempt(t.Context(), 0)
	var first, second closes
	if !a.use(&first) || a.ended() {
		t.Fatal("a new attempt has ended")
	}
	a.end(errReadTimeout)
	a.end(errRestart)
	if end := a.failed(ReasonTruncated, nil); end.Reason != ReasonReadTimeout {
		t.Errorf("got %v, want read_timeout", end)
	}
	if a.use(&second) {
		t.Error("an ended attempt took something to use")
	}
	a.finish()
	if first != 1 || second != 1 {
		t.Errorf("closed %d and %d times, want once each", first, second)
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

// A source that reconnects for days must not leave something behind in the context each time.
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
