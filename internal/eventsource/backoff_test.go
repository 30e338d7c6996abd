package eventsource

import (
	"slices"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	const ms = time.Millisecond
	var b backoff
	var got []time.Duration
	for _, lasted := range []time.Duration{0, 0, 0, 0, 0, 0, ms, 999 * ms, 0, 0, 0, 0, 0, 0, 0, time.Second, 0} {
		got = append(got, b.after(lasted))
	}
	want := []time.Duration{0, 0, 0, 0, 10 * ms, 20 * ms, 40 * ms, 80 * ms, 160 * ms, 320 * ms, 640 * ms, 1280 * ms, 2560 * ms, 3000 * ms, 3000 * ms, 0, 0}
	if !slices.Equal(got, want) {
		t.Errorf("\ngot  %v\nwant %v", got, want)
	}
}
