package jetstream_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// events are what a store tells of its engine.
type events struct {
	lost     chan error
	restored chan time.Duration
}

func newEvents() events {
	return events{make(chan error, 10), make(chan time.Duration, 10)}
}

func (e events) config(urls []string) jetstream.Config {
	return jetstream.Config{
		URLs:     urls,
		Lost:     func(reason error) { e.lost <- reason },
		Restored: func(outage time.Duration) { e.restored <- outage },
	}
}

// TestEngineComesLater starts a node before its engine.
func TestEngineComesLater(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	engine.Kill(0)
	events := newEvents()
	store := open(t, events.config(engine.URLs()))
	if store.Available() {
		t.Error("an engine is there that does not run")
	}
	_, err := store.Last(t.Context(), newID())
	wantError(t, err, broker.ErrStoreUnavailable)
	if reason := next(t, events.lost, "the reason"); !strings.Contains(reason.Error(), "no servers available") && !strings.Contains(reason.Error(), "refused") {
		t.Error(reason)
	}
	engine.Restart(0)
	next(t, events.restored, "the engine")
	if !store.Available() {
		t.Error("an engine that runs is not there")
	}
	id := newID()
	wantTexts(t, store, id, 0, addEach(t, store, id, 0, "a"), "a")
}

// TestConnectionIsCut has an engine that cannot be reached for a while: calls fail, and
// who follows a message is told that something may be missing.
func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*enginetest.Proxy){
		"closed": (*enginetest.Proxy).Cut,
		"silent": (*enginetest.Proxy).Silence,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := enginetest.Start(t, 1)
			proxy := enginetest.NewProxy(t, engine.URLs()[0])
			events := newEvents()
			store, id := open(t, events.config([]string{proxy.URL()})), newID()
			first := add(t, store, id, 0, record("a"))
			records, _ := follow(t, store, id)
			if _, err := store.Last(t.Context(), id); err != nil { // the engine knows who follows
				t.Fatal(err)
			}

			begin(proxy)
			waiting := make(chan error)
			go func() {
				_, err := store.Add(t.Context(), id, first, record("lost"))
				waiting <- err
			}()
			next(t, events.lost, "the loss")
			wantError(t, next(t, waiting, "the end of a call"), broker.ErrStoreUnavailable)
			if store.Available() {
				t.Error("an engine is there that is not")
			}
			_, err := store.Last(t.Context(), id)
			wantError(t, err, broker.ErrStoreUnavailable)

			proxy.Join()
			if outage := next(t, events.restored, "the engine"); outage <= 0 {
				t.Errorf("was away for %v", outage)
			}
			for r := next(t, records, "a warning"); r.Version != 0; r = next(t, records, "a warning") {
			}
			after := addBehind(t, store, id, record("b"))
			for r := next(t, records, "a record"); r.Version != after; r = next(t, records, "a record") {
			}
		})
	}
}

// addBehind adds a record behind whatever there is. What was sent before a cut may
// arrive after it.
func addBehind(t *testing.T, store *jetstream.Store, id broker.MessageID, r broker.Record) uint64 {
	t.Helper()
	for {
		last, err := store.Last(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		stamp, err := store.Add(t.Context(), id, last.Version, r)
		if err == nil {
			return stamp.Version
		}
		wantError(t, err, broker.ErrConflict)
	}
}

// TestShortCut has a connection that is down for a moment: who follows a message is told
// that something may be missing.
func TestShortCut(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	records, _ := follow(t, store, id)
	proxy.Cut()
	proxy.Join()
	if r := next(t, records, "a warning"); r.Version != 0 {
		t.Errorf("got %+v", r)
	}
	first := add(t, store, id, 0, record("a"))
	wantNext(t, records, first, 0, "a")
}

// TestCallerLeaves ends the context of calls that wait for an engine.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	engine := enginetest.Start(t, 1)
	proxy := enginetest.NewProxy(t, engine.URLs()[0])
	store, id := open(t, jetstream.Config{URLs: []string{proxy.URL()}}), newID()
	proxy.Silence()
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error)
	go func() { _, err := store.Last(ctx, id); ended <- err }()
	go func() { _, err := store.Read(ctx, id, 0, 1); ended <- err }()
	go func() { _, err := store.Add(ctx, id, 0, record()); ended <- err }()
	cancel(gone)
	for range 3 {
		wantError(t, next(t, ended, "the end of a call"), gone)
	}
	proxy.Join()
}

// TestCredentials revokes those of a node, and takes that back.
func TestCredentials(t *testing.T) {
	t.Parallel()
	credentials := enginetest.NewCredentials(t)
	engine := enginetest.Start(t, 1, credentials.Wanted)
	events := newEvents()
	config := events.config(engine.URLs())
	if _, err := jetstream.Open(t.Context(), config); err == nil {
		t.Error("there is a store without credentials")
	}
	config.Creds = credentials.File
	store, id := open(t, config), newID()
	last := addEach(t, store, id, 0, "a")

	credentials.Revoke(engine)
	// The words of the engine, unless its end of the connection was seen first.
	if reason := next(t, events.lost, "the loss"); !errors.Is(reason, io.EOF) && !strings.Contains(strings.ToLower(reason.Error()), "authorization violation") {
		t.Error(reason)
	}
	credentials.Restore(engine)
	next(t, events.restored, "the engine")
	wantTexts(t, store, id, 0, addEach(t, store, id, last, "b"), "a", "b")
}
