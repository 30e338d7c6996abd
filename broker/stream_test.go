package broker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
)

// TestSubscription takes streams of each kind and unit, from each place.
func TestSubscription(t *testing.T) {
	const text = "a 👍🏽 é"
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit(text)
		for _, test := range []struct {
			kind             broker.Kind
			unit             actors.Unit
			after            int
			first, from, end int
		}{
			{broker.Characters, actors.Character, broker.AfterNone, 0, 0, 5},
			{broker.Characters, actors.Character, 0, 0, 1, 5},
			{broker.Characters, actors.Character, 3, 0, 4, 5},
			{broker.Characters, actors.Character, 4, 0, 5, 5}, // nothing is left
			{broker.Characters, actors.Character, 5, 0, 0, 5}, // no position: from the beginning
			{broker.Characters, actors.Character, 1 << 40, 0, 0, 5},
			{broker.Characters, actors.Character, -7, 0, 0, 5},
			{broker.Characters, actors.Word, broker.AfterNone, 0, 0, 3},
			{broker.Characters, actors.Word, 1, 0, 2, 3},
			{broker.Characters, actors.Word, 2, 0, 3, 3},
			{broker.Characters, actors.Word, 3, 0, 0, 3},
			{broker.Progress, actors.Character, broker.AfterNone, 1, 1, 101},
			{broker.Progress, actors.Character, 0, 1, 1, 101},
			{broker.Progress, actors.Character, 1, 1, 2, 101},
			{broker.Progress, actors.Character, 99, 1, 100, 101},
			{broker.Progress, actors.Character, 100, 1, 101, 101},
			{broker.Progress, actors.Character, 101, 1, 1, 101},
		} {
			request := broker.Request{
				MessageID: message.ID, Kind: test.kind, Unit: test.unit, Interval: interval, After: test.after,
			}
			s := b.Subscribe(t.Context(), request)
			if total, known := s.Total(); s.First != test.first || s.From != test.from || total != test.end-test.first || !known ||
				s.Message != message || s.Kind != test.kind || s.Interval != interval {
				t.Errorf("%+v\n got %+v\nwant first %d, from %d, end %d", request, s, test.first, test.from, test.end)
			}
			wantTexts(t, s, textsOf(request, text)[test.from-test.first:])
		}
		b.wantStats(1, int64(len(text)), 0, 0)
	})
}

// textsOf is the whole of the stream.
func textsOf(request broker.Request, text string) (texts []string) {
	source := actors.NewIndex(text, request.Unit).Source()
	if request.Kind == broker.Progress {
		source = actors.Progress()
	}
	for _, text, supply := source.Next(); supply == actors.Ready; _, text, supply = source.Next() {
		texts = append(texts, text)
	}
	return texts
}

// TestSameMessageForAll has streams of one message that began at their own
// times. None of them knows of the others.
func TestSameMessageForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		first := b.Subscribe(t.Context(), requestOf(message))
		wantChunk(t, first, 0, "a")
		time.Sleep(interval)
		second := b.Subscribe(t.Context(), requestOf(message))
		wantChunk(t, first, 1, "b")
		wantChunk(t, second, 0, "a")
		if status := b.Lookup(message); status.ActiveStreams != 2 {
			t.Errorf("%d streams are active, want 2", status.ActiveStreams)
		}
		time.Sleep(interval)
		wantChunk(t, first, 2, "c")
		wantEnd(t, first, nil)
		b.wantStats(1, 3, 1, 0)
		wantChunk(t, second, 1, "b")
		time.Sleep(interval)
		wantChunk(t, second, 2, "c")
		wantEnd(t, second, nil)
		b.wantStats(1, 3, 0, 0)
	})
}

// TestUnreadStream has a client that never reads. It holds up nobody.
func TestUnreadStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		stuck := b.Subscribe(t.Context(), requestOf(message))
		time.Sleep(time.Minute)
		for range 3 {
			wantTexts(t, b.Subscribe(t.Context(), requestOf(message)), []string{"a", "b", "c"})
		}
		b.Delete(message)
		b.wantNow(time.Minute + 3*2*interval)
		wantEnd(t, stuck, broker.ErrDeleted)
	})
}

// TestWaysToEnd ends a stream, in each way, between two chunks. It must end at
// that moment, tell the cause, and be in no count.
func TestWaysToEnd(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(b *running, s subscription, left context.CancelCauseFunc)
		want error
	}{
		"its context ends": {
			func(_ *running, _ subscription, left context.CancelCauseFunc) { left(broker.ErrClientGone) }, broker.ErrClientGone,
		},
		"its context ends without a cause": {
			func(_ *running, _ subscription, left context.CancelCauseFunc) { left(nil) }, context.Canceled,
		},
		"the message is deleted": {
			func(b *running, s subscription, _ context.CancelCauseFunc) {
				if removal := b.Delete(s.Message); removal.ActiveStreams != 1 {
					b.t.Errorf("got %+v, want one active stream", removal)
				}
			}, broker.ErrDeleted,
		},
		"all streams are ended": {
			func(b *running, s subscription, _ context.CancelCauseFunc) { b.endStreams(errGone, 1) }, errGone,
		},
		"the first cause stays": {
			func(b *running, s subscription, left context.CancelCauseFunc) {
				left(broker.ErrTooSlow)
				left(broker.ErrClientGone)
				b.Delete(s.Message)
			}, broker.ErrTooSlow,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, broker.Config{})
				message := b.Submit("abc")
				ctx, left := context.WithCancelCause(t.Context())
				s := b.Subscribe(ctx, requestOf(message))
				wantChunk(t, s, 0, "a")
				time.Sleep(interval / 2)
				wantRunning(t, s)
				b.wantStats(1, 3, 1, 0)
				test.end(b, s, left)
				wantEnd(t, s, test.want)
				b.wantNow(interval / 2)
				if stats, err := b.Stats(t.Context()); err != nil || stats.Streams[broker.Characters] != 0 {
					t.Errorf("the broker holds %+v (%v), want no stream", stats, err)
				}
			})
		})
	}
}

func (b *running) endStreams(cause error, want int) {
	b.t.Helper()
	if n, err := b.EndStreams(b.t.Context(), cause); n != want || err != nil {
		b.t.Errorf("ended %d streams (%v), want %d", n, err, want)
	}
}

// TestEndAfterTheEnd ends a complete stream once more, which changes nothing.
func TestEndAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		ctx, left := context.WithCancelCause(t.Context())
		s := b.Subscribe(ctx, requestOf(b.Submit("a")))
		wantChunk(t, s, 0, "a")
		wantEnd(t, s, nil)
		left(errGone)
		b.Delete(s.Message)
		wantEnd(t, s, nil)
		b.wantStats(0, 0, 0, 0)
	})
}

// TestSubscriberHasLeft subscribes with a context that has ended. Whether the
// broker hears of it or not, no stream is left.
func TestSubscriberHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		ctx, leave := context.WithCancelCause(t.Context())
		leave(errGone)
		for range 100 {
			s, err := b.trySubscribe(ctx, requestOf(message))
			if err == nil {
				wantEnd(t, s, errGone)
			} else if !errors.Is(err, errGone) {
				t.Errorf("got %v, want %v", err, errGone)
			}
		}
		b.wantStats(1, 3, 0, 0)
	})
}

// TestOthersRunOn ends the streams of one message among many.
func TestOthersRunOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		var subscriptions []subscription
		for i := range 10 {
			message := b.Submit(fmt.Sprint(i))
			subscriptions = append(subscriptions,
				b.Subscribe(t.Context(), requestOf(message)),
				b.Subscribe(t.Context(), broker.Request{
					MessageID: message.ID, Kind: broker.Progress, Interval: interval, After: broker.AfterNone,
				}))
		}
		b.wantStats(10, 10, 10, 10)
		b.Delete(subscriptions[7].Message)
		for i, s := range subscriptions {
			if i/2 == 3 {
				wantEnd(t, s, broker.ErrDeleted)
			} else {
				wantRunning(t, s)
			}
		}
		b.wantStats(9, 9, 9, 9)
	})
}

// TestStreams lists the streams that run, with what their readers have written, and
// ends one of them.
func TestStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		message := b.Submit("abc")
		first := b.Subscribe(t.Context(), requestOf(message))
		time.Sleep(time.Millisecond)
		resumed := requestOf(message)
		resumed.After = 1
		second := b.Subscribe(t.Context(), resumed)
		want := func(all ...*broker.Subscription) {
			t.Helper()
			synctest.Wait()
			if got, err := b.Streams(t.Context()); err != nil || !slices.Equal(got, all) {
				t.Errorf("got %v (%v), want %v", got, err, all)
			}
		}
		want(first.Subscription, second.Subscription)
		<-first.Chunks()
		first.Mark.Wrote(0, time.Second)
		if position, lag := first.Mark.Written(); position != 0 || lag != time.Second {
			t.Errorf("the first has written up to %d, %v behind", position, lag)
		}
		if position, lag := second.Mark.Written(); position != 1 || lag != 0 {
			t.Errorf("the second has written up to %d, %v behind", position, lag)
		}

		if ended, err := b.EndStream(t.Context(), first.ID, broker.ErrClosedByAdmin); err != nil || ended != first.Subscription {
			t.Errorf("ended %v, %v", ended, err)
		}
		want(second.Subscription)
		if err := first.Err(); !errors.Is(err, broker.ErrClosedByAdmin) {
			t.Errorf("it ended with %v", err)
		}
		if ended, err := b.EndStream(t.Context(), first.ID, broker.ErrClosedByAdmin); err != nil || ended != nil {
			t.Errorf("ended %v again, %v", ended, err)
		}
		b.Delete(message)
		want()
	})
}
