package jetstream_test

import (
	"testing"
	"time"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

func opened(r broker.Record) broker.Record {
	r.Live = true
	return r
}

func ended(state broker.State) broker.Record {
	r := record()
	r.State = state
	return r
}

// TestSweep has two nodes remove what has expired: one of them tells of each message.
func TestSweep(t *testing.T) {
	t.Parallel()
	urls := enginetest.Start(t, 1).URLs()
	expired := make(chan broker.Removal, 100)
	var stores []*jetstream.Store
	for range 2 {
		stores = append(stores, open(t, jetstream.Config{URLs: urls, TTL: 20 * time.Minute, Expired: func(r broker.Removal) { expired <- r }}))
	}
	store := stores[0]
	stored, open, done, goneAlready := newID(), newID(), newID(), newID()
	addEach(t, store, stored, 0, "a", "b")
	last := add(t, store, open, 0, opened(record("a")))
	add(t, store, open, last, record()) // a touch
	last = add(t, store, done, 0, opened(record("a")))
	last = add(t, store, done, last, ended(broker.StateFailed))
	add(t, store, done, last, record())
	add(t, store, goneAlready, addEach(t, store, goneAlready, 0, "a"), removed())

	sweep := func(after time.Duration) {
		t.Helper()
		swept := make(chan error)
		for _, store := range stores {
			go func() { swept <- store.SweepOnce(t.Context(), after) }()
		}
		for range stores {
			if err := next(t, swept, "the end of a sweep"); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(ids ...broker.MessageID) {
		t.Helper()
		if len(expired) != len(ids) {
			t.Fatalf("%d have expired, want %d", len(expired), len(ids))
		}
		for _, id := range ids {
			r := <-expired
			if r.MessageID != id || r.Reason != broker.RemovedByTTL || r.Age <= 0 {
				t.Errorf("got %+v, want %v", r, id)
			}
			if last, err := store.Last(t.Context(), id); err != nil || last.Gone != broker.RemovedByTTL {
				t.Errorf("last %+v, %v", last, err)
			}
		}
	}
	sweep(21 * time.Minute) // a use may be told late
	want()
	sweep(23 * time.Minute)
	want(stored, done)
	sweep(59 * time.Minute)
	want()
	sweep(61 * time.Minute)
	want(open)
}

// TestSweepOfSlowProducers keeps a message whose producers may be silent for hours.
func TestSweepOfSlowProducers(t *testing.T) {
	t.Parallel()
	store := open(t, jetstream.Config{URLs: enginetest.Start(t, 1).URLs(), TTL: time.Minute, ProducerTimeout: 3 * time.Hour})
	id := newID()
	add(t, store, id, 0, opened(record("a")))
	for _, after := range []time.Duration{5 * time.Hour, 7 * time.Hour} {
		if err := store.SweepOnce(t.Context(), after); err != nil {
			t.Fatal(err)
		}
		last, err := store.Last(t.Context(), id)
		if isGone := last.Gone != ""; err != nil || isGone != (after > 6*time.Hour) {
			t.Errorf("after %v: %+v, %v", after, last, err)
		}
	}
}

// TestLongSweep has more messages than are looked at together, and stops at the first
// that is new.
func TestLongSweep(t *testing.T) {
	t.Parallel()
	expired := make(chan broker.Removal, 1_000)
	store := open(t, jetstream.Config{
		URLs: enginetest.Start(t, 1).URLs(), TTL: time.Hour,
		Expired: func(r broker.Removal) { expired <- r },
	})
	const many = 70
	for range many {
		add(t, store, newID(), 0, record("a"))
	}
	if err := store.SweepOnce(t.Context(), 2*time.Hour); err != nil || len(expired) != many {
		t.Errorf("%d of %d have expired, %v", len(expired), many, err)
	}
}
