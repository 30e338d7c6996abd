package broker_test

import (
	"testing"
	"testing/synctest"

	"sseserver/actors"
	"sseserver/broker"
)

// TestResumeLive begins streams after each position that they can have told, and
// after some that they cannot.
func TestResumeLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		id := b.Open("ab")
		from := func(kind broker.Kind, unit actors.Unit, wants map[int]int) {
			t.Helper()
			for after, want := range wants {
				request := live(id)
				request.Kind, request.Unit, request.After = kind, unit, after
				if s := b.Subscribe(t.Context(), request); s.First != 0 || s.From != want {
					t.Errorf("%s, unit %v: after %d it begins at %d of %d, want %d", kind, unit, after, s.From, s.First, want)
				}
			}
		}
		put := func(percent int) {
			t.Helper()
			_, err := b.PutProgress(t.Context(), id, percent, "")
			b.must(err)
		}
		b.append(id, " c") // c may get a mark
		from(broker.Characters, broker.DefaultUnit, map[int]int{broker.AfterNone: 0, 0: 1, 1: 2, 2: 0, 1 << 40: 0, -7: 0})
		from(broker.Characters, actors.Character, map[int]int{broker.AfterNone: 0, 0: 1, 2: 3, 3: 0})
		from(broker.Characters, actors.Word, map[int]int{broker.AfterNone: 0, 0: 1, 1: 0})
		from(broker.Progress, broker.DefaultUnit, map[int]int{broker.AfterNone: 0, 0: 0, 37: 0, 100: 0})
		put(37)
		from(broker.Progress, broker.DefaultUnit, map[int]int{0: 1, 36: 37, 37: 38, 38: 0, 100: 0})
		put(100) // which is not told yet
		from(broker.Progress, broker.DefaultUnit, map[int]int{37: 38, 99: 100, 100: 0})
		_, _, err := b.Complete(t.Context(), id, broker.AtEnd)
		b.must(err)
		from(broker.Progress, broker.DefaultUnit, map[int]int{0: 1, 99: 100, 100: 101, 101: 0})
		from(broker.Characters, actors.Character, map[int]int{3: 4, 4: 0})
		_, err = b.EndStreams(t.Context(), errGone)
		b.must(err)
	})
}
