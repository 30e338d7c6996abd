package main

import (
	"bytes"
	"io"
	"log"
	"strings"
	"testing"
	"time"
)

// README.md promises 60 minutes with the preparations, which take two at most.
func TestEstimate(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.left(0), 58*time.Minute; got > want {
		t.Errorf("got %v, want at most %v", got, want)
	}
	if got, want := o.left(1), o.left(0)-o.expected(o.scenarios[0]); got != want {
		t.Errorf("after the first: got %v, want %v", got, want)
	}
	var told bytes.Buffer
	o.estimate(log.New(&told, "", 0))
	if !strings.Contains(told.String(), "growth 7") {
		t.Errorf("got %q, want the minutes of each scenario", &told)
	}
}
