package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// The line of a second comes when every process has told its part of it.
func TestProgressOnATerminal(t *testing.T) {
	var line bytes.Buffer
	p := newProgress(&line, 20, true)
	p.terminal = true
	live := newLive(2, p)
	late := make([]uint64, measure.HeatBucket(time.Millisecond)+1)
	late[len(late)-1] = 50
	live.tick(load.Tick{Second: 0, Window: measure.Ramp, Of: measure.Second{Opened: 9, Closed: 1, Events: 40, Errors: 1, Lateness: late}})
	if line.Len() > 0 {
		t.Errorf("%q was written when one of two processes had told its part", line.String())
	}
	live.tick(load.Tick{Second: 0, Of: measure.Second{Opened: 10, Events: 60, Errors: 2}})
	want := eraseLine + "   1 s  ramp  18 of 20 clients open  100 events/s  lateness p99 1.3ms  3 errors"
	if got := line.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	line.Reset()
	live.phase("submitting")
	p.clear()
	if got, want := line.String(), eraseLine+"submitting …"+eraseLine; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Elsewhere ten seconds are one plain line: their mean rate, and the latest sum
// of all else.
func TestProgressElsewhere(t *testing.T) {
	want := `opening one stream …
  10 s  steady  20 of 20 clients open  4 events/s  lateness p99 -  10 errors
  20 s  steady  20 of 20 clients open  14 events/s  lateness p99 -  20 errors
`
	if got := plainProgress(true); got != want || strings.Contains(got, "\x1b") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Without a schedule there is no lateness, and nothing is said of it.
func TestProgressWithoutSchedule(t *testing.T) {
	want := `opening one stream …
  10 s  steady  20 of 20 clients open  4 events/s  10 errors
  20 s  steady  20 of 20 clients open  14 events/s  20 errors
`
	if got := plainProgress(false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func plainProgress(scheduled bool) string {
	var lines bytes.Buffer
	live := newLive(1, newProgress(&lines, 20, scheduled))
	live.phase("opening one stream")
	for second := range 25 {
		of := measure.Second{Events: uint64(second), Errors: 1}
		if second == 0 {
			of.Opened = 20
		}
		live.tick(load.Tick{Second: second, Window: measure.Steady, Of: of})
	}
	return lines.String()
}
