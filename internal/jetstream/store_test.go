package jetstream_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newID() broker.MessageID { return broker.MessageID(uuid.New()) }

// open opens a store that runs until the test ends.
func open(t testing.TB, config jetstream.Config) *jetstream.Store {
	t.Helper()
	store, err := jetstream.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- store.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestRecords(t *testing.T) {
	engine := enginetest.Start(t, 1)
	store := open(t, jetstream.Config{URLs: engine.URLs()})
	id := newID()
	if _, err := store.Last(t.Context(), id); !errors.Is(err, broker.ErrNotFound) {
		t.Fatal(err)
	}
	live := make(chan broker.Record, 10)
	stop := store.Follow(id, func(r broker.Record) { live <- r })
	defer stop()
	var versions []uint64
	after := uint64(0)
	at := time.UnixMicro(time.Now().UnixMicro())
	for range 3 {
		stamp, err := store.Add(t.Context(), id, after, broker.Record{SubmittedAt: at, Chunks: []string{"hello ", "wörld"}})
		if err != nil {
			t.Fatal(err)
		}
		after = stamp.Version
		versions = append(versions, after)
		got := <-live
		if got.Version != after || !slices.Equal(got.Chunks, []string{"hello ", "wörld"}) {
			t.Error(got)
		}
	}
	if _, err := store.Add(t.Context(), id, 0, broker.Record{SubmittedAt: at}); !errors.Is(err, broker.ErrConflict) {
		t.Error(err)
	}
	records, err := store.Read(t.Context(), id, 0, after)
	if err != nil || len(records) != 3 {
		t.Fatal(records, err)
	}
	last, err := store.Last(t.Context(), id)
	if err != nil || last.Version != after {
		t.Fatal(last, err)
	}
	t.Log(last, records)
}

// add adds a record, and returns its version.
func add(t testing.TB, store *jetstream.Store, id broker.MessageID, after uint64, record broker.Record) uint64 {
	t.Helper()
	stamp, err := store.Add(t.Context(), id, after, record)
	if err != nil {
		t.Fatal(err)
	}
	return stamp.Version
}
