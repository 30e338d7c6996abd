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
func TestProgressLine(t *testing.T) {
	var line bytes.Buffer
	p := newProgress(&line, load.Config{Clients: 20, Processes: 2})
	p.tick(load.Tick{})
	p.clear()
	if line.Len() > 0 {
		t.Fatalf("%q was written where no terminal is", line.String())
	}

	p = newProgress(&line, load.Config{Clients: 20, Processes: 2})
	p.out = &line
	late := make([]uint64, measure.HeatBucket(time.Millisecond)+1)
	late[len(late)-1] = 50
	p.tick(load.Tick{Second: 0, Of: measure.Second{Opened: 9, Closed: 1, Events: 40, Errors: 1, Lateness: late}})
	if line.Len() > 0 {
		t.Errorf("%q was written when one of two processes had told its part", line.String())
	}
	p.tick(load.Tick{Second: 0, Of: measure.Second{Opened: 10, Events: 60, Errors: 2}})
	want := "   1 s  18 of 20 clients open  100 events/s  lateness p99 1.3ms  3 errors"
	if got := strings.TrimPrefix(line.String(), eraseLine); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
