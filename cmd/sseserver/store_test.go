package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"sseserver/broker"
	"sseserver/internal/metrics"
)

// emptyStore is a store that knows nothing. That it is followed, and whether it is
// there, is nothing to wait for.
type emptyStore struct{ broker.Store }

func (emptyStore) Add(context.Context, broker.MessageID, uint64, broker.Record) (broker.Stamp, error) {
	return broker.Stamp{}, broker.ErrConflict
}

func (emptyStore) Last(context.Context, broker.MessageID) (broker.Record, error) {
	return broker.Record{}, broker.ErrNotFound
}

func (emptyStore) Read(context.Context, broker.MessageID, uint64, uint64) ([]broker.Record, error) {
	return nil, broker.ErrNotFound
}

// Each answer of the store is timed under its own name, and passed on.
func TestTimedStore(t *testing.T) {
	m := metrics.New(metrics.Config{})
	m.SetStore(func() bool { return true })
	store := timed{emptyStore{}, m}
	for range 3 {
		if _, err := store.Add(t.Context(), broker.MessageID{}, 0, broker.Record{}); err != broker.ErrConflict {
			t.Errorf("Add: %v", err)
		}
	}
	for range 2 {
		if _, err := store.Last(t.Context(), broker.MessageID{}); err != broker.ErrNotFound {
			t.Errorf("Last: %v", err)
		}
	}
	if _, err := store.Read(t.Context(), broker.MessageID{}, 0, 1); err != broker.ErrNotFound {
		t.Errorf("Read: %v", err)
	}
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`{op="add"} 3`, `{op="last"} 2`, `{op="read"} 1`} {
		if !strings.Contains(answer.Body.String(), "\nsseserver_store_request_duration_seconds_count"+want+"\n") {
			t.Errorf("the metrics lack %s:\n%s", want, answer.Body)
		}
	}
}
