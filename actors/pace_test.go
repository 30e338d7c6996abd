package actors_test

import (
	"testing"
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
