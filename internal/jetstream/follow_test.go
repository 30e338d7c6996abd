package jetstream_test

import (
	"strconv"
	"testing"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// follow returns what a store delivers of a message.
func follow(t *testing.T, store *jetstream.Store, id broker.MessageID) (records chan broker.Record, stop func()) {
	records = make(chan broker.Record, 1_000)
	stop = store.Follow(id, func(r broker.Record) { records <- r })
	t.Cleanup(stop)
	return records, stop
}

// wantNext wants the record of a version, which has one chunk.
func wantNext(t *testing.T, records chan broker.Record, version, before uint64, text string) {
	t.Helper()
	r := next(t, records, text)
	for r.Version != 0 && r.Version <= before { // one may come twice
		r = next(t, records, text)
	}
	if r.Version != version || r.Before != before || r.At.IsZero() || r.Chunks[0] != text {
		t.Fatalf("got %+v, want %q of version %d behind %d", r, text, version, before)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	store, other := open(t, jetstream.Config{URLs: engine.URLs()}), open(t, jetstream.Config{URLs: engine.URLs()})
	id := newID()
	last := add(t, store, id, 0, record("before"))
	here, stop := follow(t, store, id)
	there, _ := follow(t, other, id)
	if _, err := other.Last(t.Context(), id); err != nil { // is answered once the engine knows who follows
		t.Fatal(err)
	}
	for i := range 20 {
		text, before := strconv.Itoa(i), last
		last = add(t, store, id, before, record(text))
		add(t, other, newID(), 0, record("of another message"))
		wantNext(t, here, last, before, text)
		wantNext(t, there, last, before, text)
	}
	stop()
	gone := add(t, store, id, last, removed())
	if r := next(t, there, "the removal"); r.Version != gone || r.Before != last || r.Gone != broker.RemovedByRequest {
		t.Errorf("got %+v", r)
	}
	for len(here) > 0 {
		if r := <-here; r.Version >= gone {
			t.Errorf("got %+v after the end", r)
		}
	}
}

// TestRecordIsNotDelivered loses one that is published again: the next shows it.
func TestRecordIsNotDelivered(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	records, _ := follow(t, store, id)
	lost := proxy.Lose("sseserver.live."+id.String(), 1)
	first := add(t, store, id, 0, record("a"))
	next(t, lost, "a record that was lost")
	second := add(t, store, id, first, record("b"))
	wantNext(t, records, second, first, "b")
}

// TestLastRecordIsNotDelivered loses records behind which nothing comes of the message,
// though something of others: they are delivered nevertheless.
func TestLastRecordIsNotDelivered(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id, other := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID(), newID()
	records, _ := follow(t, store, id)
	others, _ := follow(t, store, other)
	lose := func(after uint64, text string) (version uint64) {
		lost := proxy.Lose("sseserver.live."+id.String(), 1)
		version = add(t, store, id, after, record(text))
		next(t, lost, "a record that was lost")
		return version
	}
	first := lose(0, "a")
	wantNext(t, records, first, 0, "a")
	second := add(t, store, id, first, record("b"))
	wantNext(t, records, second, first, "b")
	third := lose(second, "c") // while it is not silent yet
	last := add(t, store, other, 0, record("of another message"))
	wantNext(t, others, last, 0, "of another message")
	wantNext(t, records, third, second, "c")
}
