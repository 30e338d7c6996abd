package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

func TestPace(t *testing.T) {
	for _, test := range []struct {
		interval time.Duration
		k        int
		want     time.Duration
	}{
		{50 * time.Millisecond, 0, 0},
		{50 * time.Millisecond, 1, 50 * time.Millisecond},
		{50 * time.Millisecond, 1000, 50 * time.Second},
		{time.Nanosecond, 7, 7},
		{time.Millisecond, 1 << 20, 1048576 * time.Millisecond},
		{time.Minute, 1 << 20, 1048576 * time.Minute}, // two years: a 1 MiB message at the slowest
		{0, 1000, 0},
	} {
		pace := actors.Pace{Interval: test.interval}
		due := -test.interval
		for range test.k + 1 {
			due = pace.Next(due, 0)
		}
		if due != test.want {
			t.Errorf("chunk %d at an interval of %v is due after %v, want %v", test.k, test.interval, due, test.want)
		}
	}
}

// TestBend has a pause, a chunk that is late alone, and some that come together.
func TestBend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := planFor("abcdefgh")
		first := -1
		plan.Bend = func(before, position int) (pause, late time.Duration, together bool) {
			if before != first {
				t.Errorf("%d is said to be before %d, and %d is", before, position, first)
			}
			first = position
			switch position {
			case 1:
				late = 20 * time.Millisecond
			case 2:
				late = 75 * time.Millisecond // more than to the next one
			case 4:
				pause = second
			case 5, 6:
				together = true
			}
			return pause, late, together
		}
		s := start(t, t.Context(), plan)
		for position, ms := range []int{0, 70, 175, 175, 1200, 1200, 1200, 1350} {
			due := time.Duration(ms) * time.Millisecond
			s.wantChunk(position, "abcdefgh"[position:position+1], due, due)
		}
		s.wantEnd(1350*time.Millisecond, nil)
	})
}

// TestBendOfWhatGrows has a pause before a chunk that comes late.
func TestBendOfWhatGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAuthor("a", "b")
		s := a.follow(t, t.Context(), actors.Plan{From: 1, Bend: func(before, position int) (pause, late time.Duration, together bool) {
			if position == 2 {
				pause = second
			}
			return pause, 0, false
		}})
		s.wantMore(1, "b", 0, 0, false)
		time.Sleep(second)
		a.append("c")
		s.Tell()
		time.Sleep(second / 2)
		a.append("d")
		s.Tell()
		s.wantMore(2, "c", 2*second, 2*second, true)
		s.wantMore(3, "d", 2*second, 2*second, false)
		time.Sleep(second)
		a.append("e")
		a.end()
		s.Tell()
		s.wantMore(4, "e", 3*second, 3*second, true)
		s.wantEnd(3*second, nil)
	})
}
