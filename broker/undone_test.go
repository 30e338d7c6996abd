package broker_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
)

// TestUndone has a store that loses what it had stored. Nobody waits for ever, and in
// the end the nodes have what the store has.
func TestUndone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{})
		id := a.Open("1")
		a.append(id, "2")
		a.append(id, "3")
		stream := a.Subscribe(t.Context(), live(id))
		wantText(t, stream, "123")
		e.undo(id, 2)
		begun := time.Now()
		for err := error(broker.ErrStoreUnavailable); err != nil; time.Sleep(time.Second) {
			if _, err = a.Append(t.Context(), id, broker.AtEnd, "two"); err != nil && !errors.Is(err, broker.ErrStoreUnavailable) {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); took < 15*time.Second || took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
		wantEnd(t, stream, broker.ErrEvicted)
		wantText(t, a.Subscribe(t.Context(), live(id)), "1two")
		access.disturb(func() {
			if access.asked > 50 {
				t.Errorf("the store was asked %d times", access.asked)
			}
		})
	})
}

// TestBehind has a store of which a part answers that is behind, and does not know that
// it was replaced. That is no reason to tell anybody what is not so.
func TestBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		a, access := e.node(t, broker.Config{})
		id := a.Open("1")
		a.append(id, "2")
		stream := a.Subscribe(t.Context(), live(id))
		wantText(t, stream, "12")
		var newest broker.Record
		access.disturb(func() { newest = e.messages[id][1] })
		e.undo(id, 1)
		time.Sleep(10 * time.Second)
		if _, err := a.Append(t.Context(), id, broker.AtEnd, "3"); !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
		access.disturb(func() { e.messages[id] = append(e.messages[id], newest) })
		a.append(id, "3")
		wantText(t, stream, "3")
		time.Sleep(time.Minute)
		wantRunning(t, stream)
	})
}
