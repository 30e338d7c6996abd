package broker_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
)

// records counts what was ever stored.
func (e *engine) records() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.version
}

// TestUseWhileStreamed uses a message that a stream holds, for longer than its time to
// live.
func TestUseWhileStreamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{TTL: time.Hour})
		b, _ := e.node(t, broker.Config{TTL: time.Hour})
		message := a.Submit("Hello")
		request := requestOf(message)
		request.Interval = 24 * time.Hour
		stream := b.Subscribe(t.Context(), request)
		wantChunk(t, stream, 0, "H")
		for range 9 {
			time.Sleep(20 * time.Minute)
			for range 3 {
				if _, err := b.Broker.Lookup(t.Context(), message.ID); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
			}
		}
		wantRunning(t, stream)
		if n := e.records(); n != 10 {
			t.Errorf("there are %d records, want one for each twenty minutes", n)
		}
	})
}

// TestSubmittedAt has a message whose node knows more exactly when it was submitted than
// a Store keeps.
func TestSubmittedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newEngine().node(t, broker.Config{})
		time.Sleep(1234567 * time.Nanosecond)
		if at := a.Submit("Hi!").SubmittedAt; at.Nanosecond() != 1234000 {
			t.Errorf("it was submitted at %s", at)
		}
	})
}

// TestEndOfStreamIsUse has a stream that lasts for most of the time to live.
func TestEndOfStreamIsUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{TTL: time.Hour})
		message := a.Submit("Hello!")
		request := requestOf(message)
		request.Interval = 10 * time.Minute
		stream := a.Subscribe(t.Context(), request)
		for range stream.Chunks() {
		}
		time.Sleep(40 * time.Minute)
		if _, err := a.Broker.Lookup(t.Context(), message.ID); err != nil {
			t.Error(err)
		}
		time.Sleep(63 * time.Minute) // what was told last may be a tenth behind
		if _, err := a.Broker.Lookup(t.Context(), message.ID); err != nil {
			t.Error(err)
		}
	})
}

// TestOpenIsNotUsed keeps an open message for its producers' time, and says nothing to
// the store of those who look.
func TestOpenIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{TTL: time.Minute, ProducerTimeout: time.Hour})
		b, _ := e.node(t, broker.Config{TTL: time.Minute, ProducerTimeout: time.Hour})
		id := a.Open("x")
		time.Sleep(30 * time.Minute)
		for range 2 {
			if _, err := b.Broker.Lookup(t.Context(), id); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
		}
		if n := e.records(); n != 1 {
			t.Errorf("there are %d records, want one", n)
		}
	})
}

// TestRefusedIsNotStored refuses what has no room here, before the store gets it.
func TestRefusedIsNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{MaxMessages: 1})
		a.Open("")
		before := e.records()
		created := live(broker.MessageID{})
		created.New = a.NewMessage("x")
		if _, err := a.trySubscribe(t.Context(), created); !errors.Is(err, broker.ErrStoreFull) {
			t.Errorf("got %v", err)
		}
		if n := e.records(); n != before {
			t.Errorf("%d records were stored", n-before)
		}
	})
}

// TestReaderLeaves has two who want a message at once, the first of whom leaves before
// it is read.
func TestReaderLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		message := a.Submit("x")
		ctx, leave := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := b.Broker.Lookup(ctx, message.ID); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		both.Go(func() {
			if _, err := b.Broker.Lookup(t.Context(), message.ID); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		leave()
		both.Wait()
	})
}

// TestAppendWhileRead appends in the moment between the reading of a message and the
// beginning of its tail.
func TestAppendWhileRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, _ := e.node(t, broker.Config{})
		id := a.Open("1")
		time.Sleep(engineTime)
		var both sync.WaitGroup
		var stream subscription
		both.Go(func() { stream = b.Subscribe(t.Context(), live(id)) }) // it asks, and then reads
		time.Sleep(engineTime / 2)
		a.append(id, "2")
		both.Wait()
		wantText(t, stream, "1")
		time.Sleep(2 * engineTime)
		wantText(t, stream, "2")
	})
}

// TestRemovalThatNobodyDelivered finds out that a streamed message is gone because
// somebody asks for it.
func TestRemovalThatNobodyDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{})
		b, access := e.node(t, broker.Config{})
		message := a.Submit(strings.Repeat("x", 1000))
		request := requestOf(message)
		request.Interval = time.Hour
		stream := b.Subscribe(t.Context(), request)
		time.Sleep(10*time.Minute - time.Second) // it has just been looked after
		access.disturb(func() { access.dropped = 1 })
		a.Delete(message)
		b.wantError(message.ID, broker.ErrNotFound)
		text(t, stream)
		wantEnd(t, stream, broker.ErrDeleted)
		synctest.Wait()
		access.disturb(func() {
			if len(access.followers) != 0 {
				t.Error("it is followed still")
			}
		})
	})
}

// TestChangesTogether has producers who append, tell progress, complete and delete at
// the same moment.
func TestChangesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, _ := e.node(t, broker.Config{MaxMessageBytes: 4 << 20})
		b, _ := e.node(t, broker.Config{MaxMessageBytes: 4 << 20})
		id := a.Open("")
		stream := b.Subscribe(t.Context(), live(id))
		time.Sleep(2 * engineTime)
		long := strings.Repeat("x", 200<<10)
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() { a.append(id, long) })
			all.Go(func() {
				if _, err := a.PutProgress(t.Context(), id, 50, ""); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := a.Append(t.Context(), id, i+100, "x"); !errors.Is(err, broker.ErrPositionMismatch) {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		time.Sleep(engineTime)
		if got := text(t, stream); got != strings.Repeat(long, 10) {
			t.Errorf("got %d bytes", len(got))
		}
		all.Go(func() {
			if _, ended, err := a.Complete(t.Context(), id, 10); !ended || err != nil {
				t.Errorf("got %v %v", ended, err)
			}
		})
		synctest.Wait()
		var late error
		all.Go(func() { _, late = a.Append(t.Context(), id, broker.AtEnd, "late") })
		synctest.Wait()
		all.Go(func() {
			if _, found, err := a.Broker.Delete(t.Context(), id); !found || err != nil {
				t.Errorf("got %v %v", found, err)
			}
		})
		all.Wait()
		if !errors.Is(late, broker.ErrMessageClosed) {
			t.Errorf("got %v", late)
		}
		status, err := b.Broker.Lookup(t.Context(), id)
		if !errors.Is(err, broker.ErrNotFound) {
			t.Errorf("got %+v %v", status, err)
		}
		if m := stream.Newest(); m.State != broker.StateComplete || m.Percent != 50 || m.Text.Count(actors.Appended) != 10 {
			t.Errorf("it was %s, %d %%", m.State, m.Percent)
		}
	})
}
