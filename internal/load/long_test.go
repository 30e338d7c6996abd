package load

import (
	"strings"
	"testing"
)

// What this side cuts off, for an event that is too long, is an error of the
// server and no connection that it cut off.
func TestEventTooLong(t *testing.T) {
	url := startFaulty(t, "data: x\n\ndata: "+strings.Repeat("x", 100)+"\n\n", ending{first: silent, again: noContent})
	c := quick(Config{URLs: []string{url}, MaxEventBytes: 50})
	c.Interval = 0
	result := mustRun(t, c)
	if got := result.Tally.Counts; got.Events != 8 || got.Truncated != 0 || got.Failed != 8 || got.Good != 0 {
		t.Errorf("want 8 failed streams of an event each, none truncated: %+v", got)
	}
	if got := result.Tally.Errors; got["event_too_long"] != 8 || len(got) != 1 {
		t.Errorf("errors %v", got)
	}
}
