package broker_test

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
)

// draining is a call of Drain: it sends the answer and when that came.
func (b *running) draining(ctx context.Context) <-chan drained {
	answer := make(chan drained, 1)
	go func() {
		err := b.Drain(ctx)
		answer <- drained{err, time.Since(b.start)}
	}()
	synctest.Wait()
	return answer
}

type drained struct {
	err error
	at  time.Duration
}

// wantDrained wants the answer to be there, and to have come at this time.
func (b *running) wantDrained(answer <-chan drained, want error, at time.Duration) {
	b.t.Helper()
	synctest.Wait()
	select {
	case got := <-answer:
		if !errors.Is(got.err, want) || got.at != at {
			b.t.Errorf("drained with %v after %v, want %v after %v", got.err, got.at, want, at)
		}
	default:
		b.t.Errorf("still draining")
	}
}

func (b *running) wantDraining(answer <-chan drained) {
	b.t.Helper()
	synctest.Wait()
	if len(answer) > 0 {
		b.t.Errorf("drained with %+v", <-answer)
	}
}

// wantRefused wants new work to be refused, and all else to go on.
func (b *running) wantRefused(stored *broker.Message) {
	b.t.Helper()
	if _, err := b.Broker.Submit(b.t.Context(), netip.Prefix{}, "a"); !errors.Is(err, broker.ErrShuttingDown) {
		b.t.Errorf("submit: %v, want %v", err, broker.ErrShuttingDown)
	}
	if _, err := b.trySubscribe(b.t.Context(), requestOf(stored)); !errors.Is(err, broker.ErrShuttingDown) {
		b.t.Errorf("subscribe: %v, want %v", err, broker.ErrShuttingDown)
	}
	b.Lookup(stored)
}

// TestDrain waits for the running streams: one that completes and one whose
// client leaves.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		ctx, leave := context.WithCancelCause(t.Context())
		complete, left := b.Subscribe(t.Context(), requestOf(message)), b.Subscribe(ctx, requestOf(message))
		answer := b.draining(t.Context())
		again := b.draining(t.Context())
		b.wantRefused(message)
		wantTexts(t, complete, []string{"a", "b", "c"})
		b.wantDraining(answer)
		time.Sleep(time.Second)
		wantRunning(t, left)
		b.wantDraining(answer)
		leave(broker.ErrClientGone)
		b.wantDrained(answer, nil, time.Second+2*interval)
		b.wantDrained(again, nil, time.Second+2*interval)
		b.wantRefused(message)
		b.wantDrained(b.draining(t.Context()), nil, time.Second+2*interval)
	})
}

func TestDrainWithoutStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("a")
		b.wantDrained(b.draining(t.Context()), nil, 0)
		b.wantRefused(message)
	})
}

// TestDrainWaitsForRemovedMessages has a stream that takes its time to end,
// after its message is gone from the store.
func TestDrainWaitsForRemovedMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{TTL: time.Second})
		s := b.Subscribe(t.Context(), requestOf(b.Submit("a")))
		answer := b.draining(t.Context())
		time.Sleep(time.Second)
		wantEnd(t, s, broker.ErrEvicted)
		b.wantDrained(answer, nil, time.Second)
	})
}

// TestImpatientDrain gives up, after which the remaining streams are ended.
func TestImpatientDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		first, second := b.Subscribe(t.Context(), requestOf(message)), b.Subscribe(t.Context(), requestOf(message))
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errGone)
		defer cancel()
		answer := b.draining(ctx)
		time.Sleep(time.Second)
		b.wantDrained(answer, errGone, time.Second)
		b.wantRefused(message)
		wantRunning(t, first)
		b.endStreams(broker.ErrShuttingDown, 2)
		wantEnd(t, first, broker.ErrShuttingDown)
		wantEnd(t, second, broker.ErrShuttingDown)
		b.wantDrained(b.draining(t.Context()), nil, time.Second)
		b.endStreams(broker.ErrShuttingDown, 0)
	})
}

// TestDrainWithoutPatience has a context that has ended before. The broker is
// told nevertheless, each time.
func TestDrainWithoutPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errGone)
		for range 50 {
			b := start(t, broker.Config{})
			message := b.Submit("abc")
			b.Subscribe(t.Context(), requestOf(message))
			if err := b.Drain(ctx); !errors.Is(err, errGone) {
				t.Errorf("got %v, want %v", err, errGone)
			}
			b.wantRefused(message)
		}
	})
}

// TestEndOfRun ends a broker with all that can go on in it.
func TestEndOfRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		waits, sends := b.Subscribe(t.Context(), requestOf(message)), b.Subscribe(t.Context(), requestOf(message))
		complete := b.Subscribe(t.Context(), requestOf(b.Submit("x")))
		wantChunk(t, complete, 0, "x")
		wantChunk(t, waits, 0, "a")
		time.Sleep(interval / 2)
		deleted := b.Subscribe(t.Context(), requestOf(b.Submit("y")))
		b.Delete(deleted.Message)
		answer := b.draining(t.Context())
		b.stop()
		b.wantDrained(answer, broker.ErrClosed, interval/2)
		wantEnd(t, waits, broker.ErrClosed)
		wantEnd(t, sends, broker.ErrClosed)
		wantEnd(t, complete, nil)
		wantEnd(t, deleted, broker.ErrDeleted)
	})
}

// TestRunWaitsForStreamers ends brokers with streams of all ages. Run returns no
// sooner than every streamer: each cause is there to read.
func TestRunWaitsForStreamers(t *testing.T) {
	// On one processor they would rarely run before the test goes on.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			b := start(t, broker.Config{})
			message := b.Submit("abcdefghij")
			var subscriptions []subscription
			for range 5 {
				subscriptions = append(subscriptions, b.Subscribe(t.Context(), requestOf(message)))
				time.Sleep(interval / 2)
			}
			b.stop()
			for i, s := range subscriptions { // no synctest.Wait before this
				select {
				case _, ok := <-s.Chunks():
					if ok || !errors.Is(s.Err(), broker.ErrClosed) {
						t.Errorf("stream %d: a chunk %v, %v", i, ok, s.Err())
					}
				default:
					t.Errorf("stream %d runs on", i)
				}
			}
		})
	}
}

// TestEvictionsAreToldAtTheEnd ends a broker whose Evicted is still busy with the
// first of several. Run returns after the last was told.
func TestEvictionsAreToldAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []broker.MessageID
		b := start(t, broker.Config{MaxMessages: 1, Evicted: func(removal broker.Removal) {
			time.Sleep(time.Second)
			told = append(told, removal.MessageID)
		}})
		var want []broker.MessageID
		for range 4 {
			want = append(want, b.Submit("a").ID)
			synctest.Wait() // the reporter has the first eviction, and is busy with it
		}
		b.stop()
		if want = want[:3]; !slices.Equal(told, want) {
			t.Errorf("told of %v, want %v", told, want)
		}
	})
}
