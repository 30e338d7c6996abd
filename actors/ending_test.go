package actors_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

var (
	errGone = errors.New("gone")
	errLate = errors.New("late")
)

func TestCanceledWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := start(t, ctx, planFor("abc"))
		s.wantChunk(0, "a", 0, 0)
		s.wantChunk(1, "b", interval, interval)
		time.Sleep(interval / 5)
		s.wantSilence()
		cancel(errGone)
		s.wantEnd(interval+interval/5, errGone)
	})
}

// TestCanceledWhileItSends cancels a streamer whose reader has left it alone
// with a chunk.
func TestCanceledWhileItSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := start(t, ctx, planFor("abc"))
		s.wantChunk(0, "a", 0, 0)
		time.Sleep(3 * interval)
		synctest.Wait() // it offers b
		cancel(errGone)
		s.wantEndUnread(3*interval, errGone)
	})
}

// TestCanceledWhileItCatchesUp cancels a streamer that never has to wait, whose
// reader reads on. It gets what was on its way, and no more.
func TestCanceledWhileItCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 100 {
			plan := planFor(strings.Repeat("x", 1000))
			plan.Start = time.Now().Add(-time.Hour)
			ctx, cancel := context.WithCancelCause(t.Context())
			s := start(t, ctx, plan)
			for k := range 10 {
				s.wantChunk(k, "x", 0, time.Duration(k)*interval-time.Hour)
			}
			cancel(errGone)
			late := 0
			for range s.Chunks() {
				late++
			}
			if late > 1 {
				t.Errorf("%d chunks came after the streamer was canceled", late)
			}
			s.wantEnd(0, errGone)
		}
	})
}

// TestCause takes each way in which the context of a streamer can end.
func TestCause(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(cancel context.CancelCauseFunc)
		want error
	}{
		"a cause":         {func(cancel context.CancelCauseFunc) { cancel(errGone) }, errGone},
		"without a cause": {func(cancel context.CancelCauseFunc) { cancel(nil) }, context.Canceled},
		"a deadline":      {func(context.CancelCauseFunc) { time.Sleep(interval / 2) }, errLate},
		"the first of many stays": {func(cancel context.CancelCauseFunc) {
			cancel(errGone)
			cancel(errLate)
		}, errGone},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				deadline, cancelDeadline := context.WithTimeoutCause(t.Context(), 7*interval, errLate)
				defer cancelDeadline()
				parent, cancel := context.WithCancelCause(deadline)
				child, cancelChild := context.WithCancel(parent)
				defer cancelChild()
				waits, offers, isIdle := start(t, child, planFor("abcdefghij")), start(t, child, planFor("ab")), start(t, child, planFor(""))
				for k, text := range []string{"a", "b", "c", "d", "e", "f", "g"} {
					due := time.Duration(k) * interval
					waits.wantChunk(k, text, due, due)
				}
				time.Sleep(interval / 2)
				test.end(cancel)
				at := time.Since(waits.start)
				waits.wantEndUnread(at, test.want)
				offers.wantEndUnread(at, test.want)
				isIdle.wantEnd(at, nil)
			})
		})
	}
}

// TestCanceledBefore runs a streamer whose context had ended before it ran.
func TestCanceledBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended, cancel := context.WithCancelCause(t.Context())
		cancel(errGone)
		start(t, ended, planFor("a")).wantEndUnread(0, errGone)
	})
}

// TestCompleteDespiteLaterCancel ends the context after the last chunk.
func TestCompleteDespiteLaterCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := start(t, ctx, planFor("a"))
		s.wantChunk(0, "a", 0, 0)
		synctest.Wait()
		cancel(errGone)
		s.wantEnd(0, nil)
	})
}

func TestRunReturnsWithItsReaderGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		returned := make(chan struct{})
		plan := planFor("ab")
		plan.Clock = clock(t)
		s := actors.New(plan)
		go func() {
			s.Run(ctx)
			close(returned)
		}()
		synctest.Wait()
		cancel(errGone)
		<-returned
		select {
		case <-s.Chunks():
		default:
			t.Error("Run returned and left the chunks open")
		}
		if !errors.Is(s.Err(), errGone) {
			t.Errorf("the stream ended with %v, want %v", s.Err(), errGone)
		}
	})
}

// explosive panics instead of yielding a text that begins with "!".
type explosive struct {
	texts    []string
	position int
}

func (e *explosive) Seek(position int) {
	for range position {
		e.Next()
	}
}

func (e *explosive) Next() (int, string, actors.Supply) {
	text, position := e.texts[0], e.position
	if strings.HasPrefix(text, "!") {
		panic(text)
	}
	e.texts = e.texts[1:]
	e.position++
	return position, text, actors.Ready
}

func TestPanicInSource(t *testing.T) {
	for name, test := range map[string]struct {
		from   int
		before []string
	}{
		"after some chunks": {0, []string{"a"}}, // it looks one ahead
		"while it seeks":    {3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				plan := planFor("")
				plan.Source = &explosive{texts: []string{"a", "b", "!boom", "c"}}
				plan.From = test.from
				s := start(t, t.Context(), plan)
				neighbour := start(t, t.Context(), planFor("ab"))
				for k, text := range test.before {
					due := time.Duration(k) * interval
					s.wantChunk(k, text, due, due)
				}
				if chunk, ok := <-s.Chunks(); ok {
					t.Fatalf("got %+v from a source that panicked", chunk)
				}
				wantPanic(t, s.Err(), "!boom")
				at := time.Since(s.start)
				neighbour.wantChunk(0, "a", at, 0)
				neighbour.wantChunk(1, "b", max(at, interval), interval)
				neighbour.wantEnd(max(at, interval), nil)
			})
		})
	}
}

// wantPanic expects an error that tells what was panicked with and where.
func wantPanic(t *testing.T, err error, value any) {
	t.Helper()
	var panicked *actors.PanicError
	if !errors.As(err, &panicked) {
		t.Fatalf("got %v, want a *PanicError", err)
	}
	if panicked.Value != value {
		t.Errorf("the value is %v, want %v", panicked.Value, value)
	}
	if !strings.Contains(string(panicked.Stack), "(*explosive).Next") {
		t.Errorf("the stack does not show the place:\n%s", panicked.Stack)
	}
	if want := "actors: panic: !boom"; err.Error() != want {
		t.Errorf("the error reads %q, want %q", err, want)
	}
}
