package jetstream

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"sseserver/broker"
	"sseserver/internal/jetstream/enginetest"
)

// TestWhoHasMissedSomething wants those who had no room to be told, and all of them
// after an outage.
func TestWhoHasMissedSomething(t *testing.T) {
	f := newFollowers()
	var told []string
	warned := func() []string {
		t.Helper()
		told = nil
		select {
		case <-f.missed:
			f.warn()
		default:
			t.Error("nothing is to be told")
		}
		slices.Sort(told)
		return told
	}
	subscriptions := make(map[string]*nats.Subscription)
	for _, name := range []string{"a", "b", "c"} {
		subscriptions[name] = &nats.Subscription{Subject: name}
		f.by[subscriptions[name]] = &follower{deliver: func(r broker.Record) {
			if r.Version != 0 {
				t.Errorf("%s: got %+v", name, r)
			}
			told = append(told, name)
		}}
	}
	f.missedBy(subscriptions["a"])
	f.missedBy(subscriptions["c"])
	f.missedBy(&nats.Subscription{}) // has stopped
	if got := warned(); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("told %v", got)
	}
	f.missedBy(subscriptions["a"])
	f.missedAll()
	if got := warned(); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("told %v", got)
	}
	f.warn()
	if len(told) != 3 {
		t.Errorf("told again: %v", told)
	}
}

// TestLeaderComesBack has an outage in which the connection was there. What was stored
// meanwhile may not have come.
func TestLeaderComesBack(t *testing.T) {
	t.Parallel()
	restored := make(chan time.Duration, 1)
	s, err := Open(t.Context(), Config{
		URLs:     enginetest.Start(t, 1).URLs(),
		Restored: func(outage time.Duration) { restored <- outage },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	records := make(chan broker.Record, 1)
	defer s.Follow(broker.MessageID(uuid.New()), func(r broker.Record) { records <- r })()
	if _, lost := s.health.lose(time.Now().Add(patience)); !lost || s.Available() {
		t.Fatal("an engine that was silent is there")
	}
	s.look(context.Background())
	if !s.Available() || len(restored) != 1 {
		t.Error("an engine that answers is not there")
	}
	s.followers.warn()
	if len(records) != 1 {
		t.Error("nobody is told that something may be missing")
	}
}
