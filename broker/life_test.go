package broker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
)

// eviction is a removal and when it was told, after the start.
type eviction struct {
	broker.Removal
	at time.Duration
}

// startNoting runs a broker whose evictions can be received.
func startNoting(t *testing.T, config broker.Config) (*running, <-chan eviction) {
	evictions := make(chan eviction, 100) // more than any test has
	begin := time.Now()
	config.Evicted = func(removal broker.Removal) { evictions <- eviction{removal, time.Since(begin)} }
	return start(t, config), evictions
}

// wantEviction waits for the next eviction.
func wantEviction(t *testing.T, evictions <-chan eviction, want eviction) {
	t.Helper()
	if got := <-evictions; got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func wantNoEviction(t *testing.T, evictions <-chan eviction) {
	t.Helper()
	synctest.Wait()
	if len(evictions) > 0 {
		t.Errorf("evicted %+v", <-evictions)
	}
}

// byTTL is an eviction at the given time after the start, of a message that was
// submitted age before.
func byTTL(message *broker.Message, at, age time.Duration, streams int) eviction {
	return eviction{broker.Removal{
		MessageID: message.ID, Reason: broker.RemovedByTTL, Age: age, ActiveStreams: streams,
	}, at}
}

func TestMessageExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, evictions := startNoting(t, broker.Config{TTL: time.Minute})
		message := b.Submit("abc")
		time.Sleep(time.Minute - 1)
		wantNoEviction(t, evictions)
		b.wantStats(1, 3, 0, 0)
		time.Sleep(time.Nanosecond)
		b.wantStats(0, 0, 0, 0)
		wantEviction(t, evictions, byTTL(message, time.Minute, time.Minute, 0))
		b.wantMissing(message)
	})
}

// TestDefaultTTL has a zero Config.
func TestDefaultTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, evictions := startNoting(t, broker.Config{})
		message := b.Submit("abc")
		wantEviction(t, evictions, byTTL(message, time.Hour, time.Hour, 0))
	})
}

// TestEachExpiresAtItsTime submits at odd times, also after the store was
// empty for long.
func TestEachExpiresAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, evictions := startNoting(t, broker.Config{TTL: time.Minute})
		var messages []*broker.Message
		var submitted []time.Duration
		for _, pause := range []time.Duration{0, 7 * time.Second, 1, 0, 40 * time.Second, 150 * time.Second, 59 * time.Second, time.Hour} {
			time.Sleep(pause)
			messages = append(messages, b.Submit("a"))
			submitted = append(submitted, time.Since(b.start))
		}
		for i, message := range messages {
			wantEviction(t, evictions, byTTL(message, submitted[i]+time.Minute, time.Minute, 0))
		}
		b.wantStats(0, 0, 0, 0)
	})
}

// TestUsePostponesExpiry uses a message in each way, half its time to live
// after the one before.
func TestUsePostponesExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ttl = time.Minute
		b, evictions := startNoting(t, broker.Config{TTL: ttl})
		message := b.Submit("abc")
		time.Sleep(ttl / 2)
		if status := b.Lookup(message); !status.ExpiresAt.Equal(time.Now().Add(ttl)) {
			t.Errorf("expires at %v, want in a minute", status.ExpiresAt)
		}
		time.Sleep(ttl / 2)
		ctx, leave := context.WithCancelCause(t.Context())
		b.Subscribe(ctx, requestOf(message))
		time.Sleep(ttl / 2)
		leave(errGone)
		b.wantStats(1, 3, 0, 0)
		time.Sleep(ttl / 2)
		wantTexts(t, b.Subscribe(t.Context(), requestOf(message)), []string{"a", "b", "c"})
		wantNoEviction(t, evictions)
		lastUse := 2*ttl + 2*interval // the end of that stream
		wantEviction(t, evictions, byTTL(message, lastUse+ttl, lastUse+ttl, 0))
	})
}

// TestFailedUsePostponesNothing is refused a stream.
func TestFailedUsePostponesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, evictions := startNoting(t, broker.Config{TTL: time.Minute, MaxStreams: 1})
		message := b.Submit("a")
		time.Sleep(time.Second)
		b.Subscribe(t.Context(), requestOf(b.Submit("b")))
		if _, err := b.trySubscribe(t.Context(), requestOf(message)); err == nil {
			t.Fatal("got a second stream")
		}
		wantEviction(t, evictions, byTTL(message, time.Minute, time.Minute, 0))
	})
}

// TestExpiryEndsStreams has streams that take longer than their message lives.
func TestExpiryEndsStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, evictions := startNoting(t, broker.Config{TTL: time.Second})
		message := b.Submit("abc")
		time.Sleep(time.Second / 4)
		slow := requestOf(message)
		slow.Interval = time.Minute
		unread, read := b.Subscribe(t.Context(), slow), b.Subscribe(t.Context(), slow)
		wantChunk(t, read, 0, "a")
		if chunk, ok := <-read.Chunks(); ok {
			t.Errorf("got %+v, want the end", chunk)
		}
		b.wantNow(time.Second + time.Second/4)
		wantEnd(t, read, broker.ErrEvicted)
		wantEnd(t, unread, broker.ErrEvicted)
		wantEviction(t, evictions, byTTL(message, time.Second+time.Second/4, time.Second+time.Second/4, 2))
		b.wantStats(0, 0, 0, 0)
	})
}

// TestCapacityEvictsInOrder has a store with room for three.
func TestCapacityEvictsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, evictions := startNoting(t, broker.Config{MaxMessages: 3})
		var messages []*broker.Message
		for range 3 {
			messages = append(messages, b.Submit("a"))
			time.Sleep(time.Second)
		}
		b.Lookup(messages[0])                                 // the order is 1 2 0 now
		s := b.Subscribe(t.Context(), requestOf(messages[1])) // and 2 0, as 1 stays
		for range 3 {
			messages = append(messages, b.Submit("b"))
		}
		wantRunning(t, s)
		for _, evicted := range []int{2, 0, 3} {
			wantEviction(t, evictions, eviction{broker.Removal{
				MessageID: messages[evicted].ID,
				Reason:    broker.RemovedByCapacity,
				Age:       max(0, time.Duration(3-evicted)*time.Second),
			}, 3 * time.Second})
		}
		wantNoEviction(t, evictions)
	})
}

// TestSlowEvicted has somebody who takes his time over each eviction. The
// broker goes on meanwhile, and then tells him of the others, in order; even of
// those that it did not come to before its end.
func TestSlowEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan broker.MessageID, 20) // all of them
		b := start(t, broker.Config{MaxMessages: 1, Evicted: func(removal broker.Removal) {
			time.Sleep(time.Second)
			told <- removal.MessageID
		}})
		var submitted []broker.MessageID
		for range 20 {
			submitted = append(submitted, b.Submit("a").ID)
		}
		b.wantStats(1, 1, 0, 0) // the last one stays
		b.wantNow(0)
		time.Sleep(5*time.Second + time.Second/2)
		if len(told) != 5 {
			t.Errorf("was told of %d messages in five seconds", len(told))
		}
		b.stop()
		b.wantNow(19 * time.Second)
		close(told)
		for _, want := range submitted[:19] {
			if got := <-told; got != want {
				t.Errorf("was told of %v, want %v", got, want)
			}
		}
	})
}

// What a reader writes when its streamer has ended counts for who comes back.
func TestWrittenAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		defer b.stop()
		request := broker.Request{MessageID: b.Submit("abcdef").ID, Kind: broker.Characters, Interval: time.Second, After: broker.AfterNone}
		first, leave := b.subscribe(request)
		leave(broker.ErrClientGone)
		for range first.Chunks() {
		}
		synctest.Wait() // the broker knows that it has ended
		first.Mark.Wrote(3, 0)
		request.After = 3
		second, leave := b.subscribe(request)
		if second.Previous != first.ID {
			t.Errorf("it goes on with %v, want %v", second.Previous, first.ID)
		}
		leave(broker.ErrClientGone)
		for range second.Chunks() {
		}
	})
}
