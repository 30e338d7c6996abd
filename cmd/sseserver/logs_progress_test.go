package main

import (
	"strings"
	"testing"
	"time"
)

func TestBarText(t *testing.T) {
	tests := []struct {
		width      int
		read, size int64
		want       string
	}{
		{80, 45e8, 100e8, "reading [##################                      ]  45 % of 10.0 GB, 350 MB/s"},
		{60, 45e8, 100e8, "reading [#########             ]  45 % of 10.0 GB, 350 MB/s"},
		{80, 2e6, 2e6, "reading [########################################] 100 % of 2.0 MB, 350 MB/s"},
		{80, 3e6, 2e6, "reading [########################################] 100 % of 2.0 MB, 350 MB/s"}, // it has grown
		{30, 1e3, 2e3, "50 %"},
		{80, 12e6, 0, "reading … 12.0 MB, 350 MB/s"},
		{10, 12e6, 0, "reading …"},
	}
	for _, test := range tests {
		if got := barText(test.width, test.read, test.size, 350e6); got != test.want {
			t.Errorf("%d characters, %d of %d: %q, want %q", test.width, test.read, test.size, got, test.want)
		}
	}
}

// A bar shows only when a log takes a while, not too often, and is gone at the end.
func TestBar(t *testing.T) {
	var out strings.Builder
	start := time.Now()
	bar := &readingBar{out: &out, width: 80, start: start}
	bar.showAt(start.Add(barAfter-1), 1, 100)
	bar.end()
	if out.Len() > 0 {
		t.Errorf("at once: %q", out.String())
	}
	bar.showAt(start.Add(barAfter), 1, 100)
	bar.showAt(start.Add(barAfter+barEvery-1), 2, 100)
	bar.showAt(start.Add(barAfter+barEvery), 50, 100)
	bar.end()
	if got := out.String(); strings.Count(got, "reading [") != 2 || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("got %q", got)
	}
	newReadingBar(&out).end() // no terminal, no bar
}
