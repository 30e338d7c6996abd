package broker_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
)

// TestLongRecordIsNotReadAgain has a message that is asked about all the time, of which
// the newest record has much text: the store tells of that once a minute.
func TestLongRecordIsNotReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		id := a.Open(strings.Repeat("x", 100_000))
		whole := a.Submit(strings.Repeat("x", 100_000))
		time.Sleep(time.Second)
		access.disturb(func() { access.asked, access.checked = 0, 0 })
		for range 3 * 60 {
			time.Sleep(time.Second)
			if _, err := a.Append(t.Context(), id, 7, "y"); !errors.Is(err, broker.ErrPositionMismatch) {
				t.Fatal(err)
			}
			a.Lookup(whole)
		}
		access.disturb(func() {
			if access.asked > 2*3 || access.checked < 3*60 {
				t.Errorf("Last was called %d times, and Newer %d times", access.asked, access.checked)
			}
		})
		b.append(id, "y")
		if message, err := a.Append(t.Context(), id, 2, "z"); err != nil {
			t.Errorf("got %+v %v", message, err)
		}
		b.Delete(whole)
		a.wantMissing(whole)
	})
}

// TestRemovedWhileCutOff has a message removed, and the record of that gone as well,
// while a node that streams it has no store.
func TestRemovedWhileCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		message := b.Submit("Hi!")
		stream := a.Subscribe(t.Context(), requestOf(message))
		access.disturb(func() { access.cut = true })
		b.Delete(message)
		access.disturb(func() { delete(e.messages, message.ID) })
		time.Sleep(time.Minute)
		wantText(t, stream, "Hi!")
		access.disturb(func() { access.cut = false })
		a.wantMissing(message)
	})
}

// TestTailsAskByTurns has tails that all ask at once after an outage, and not each time
// from then on.
func TestTailsAskByTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, access := newEngine().node(t, broker.Config{})
		const many = 100
		for range many {
			a.Open("x")
		}
		access.disturb(func() { access.cut = true })
		time.Sleep(10 * time.Second)
		access.join()
		time.Sleep(time.Minute)
		access.disturb(func() {
			for _, crowd := range access.crowd {
				if crowd > many/10 {
					t.Fatalf("%d of %d ask at once", crowd, many)
				}
			}
			if access.checked < 3*many || access.checked > 6*many {
				t.Errorf("they have asked %d times", access.checked)
			}
		})
	})
}

// TestReadByTurns has many messages wanted at once that are not here. Whoever leaves does
// not wait for a turn.
func TestReadByTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		many := 20 * runtime.GOMAXPROCS(0)
		var ids []broker.MessageID
		for range 2 * many {
			ids = append(ids, a.Submit("Hi").ID)
		}
		left, cancel := context.WithCancelCause(t.Context())
		for i, ctx := range []context.Context{t.Context(), left} {
			for _, id := range ids[i*many:][:many] {
				go func() {
					if _, err := b.Broker.Lookup(ctx, id); err != nil && err != context.Cause(left) {
						t.Error(err)
					}
				}()
			}
		}
		time.Sleep(engineTime) // each has asked whether there is such a message
		cancel(errors.New("left"))
		time.Sleep(time.Second)
		access.disturb(func() {
			if access.readers == 0 || access.readers > many/5 {
				t.Errorf("%d were read at once", access.readers)
			}
		})
		if stats, err := b.Stats(t.Context()); err != nil || stats.Messages < many {
			t.Errorf("got %+v %v", stats, err)
		}
	})
}
