package eventstream_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"sseserver/internal/eventstream"
)

func TestMaxEventBytes(t *testing.T) {
	x := strings.Repeat
	for _, c := range []struct {
		input string
		fits  bool
	}{
		{"data:" + x("x", 15) + "\n\n", true}, // a line of 20
		{"data:" + x("x", 16) + "\n\n", false},
		{"data:" + x("x", 16), false}, // not even ended
		{":" + x("x", 19) + "\n" + ":" + x("x", 19) + "\n", true},
		{":" + x("x", 20), false},
		{x("data:xxxx\n", 4) + "\n", true}, // data of 19
		{x("data:xxxx\n", 5) + "\n", false},
		{"data:xxxxxxxxxx\nid:xxxxxxxxxx\n\n", true},
		{"data:xxxxxxxxxx\nid:xxxxxxxxxx\nevent:x\n\n", false},
		{x("data:xxxxxxxxxx\n\n", 20), true},
	} {
		for cut := range len(c.input) + 1 {
			p := eventstream.Parser{MaxEventBytes: 20}
			_, err := parse(&p, c.input[:cut], c.input[cut:])
			if c.fits && err != nil || !c.fits && !errors.Is(err, eventstream.ErrEventTooLong) {
				t.Fatalf("input %q cut at %d: error %v, fits: %v", c.input, cut, err, c.fits)
			}
		}
	}
}

// A line of 16 MiB passes in small reads; the default limit stops an endless one.
func TestLongLines(t *testing.T) {
	var p eventstream.Parser
	feed := func(s string, n int) (r recorder, err error) {
		b := []byte(s)
		for range n {
			if err = p.Feed(b, &r); err != nil {
				return r, err
			}
		}
		return r, err
	}
	piece := strings.Repeat("x", 16<<10)
	if _, err := feed("data:", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := feed(piece, 1<<10); err != nil {
		t.Fatalf("16 MiB: %v", err)
	}
	r, err := feed("\n\n", 1)
	if want := event("", strings.Repeat(piece, 1<<10), ""); err != nil || len(r.calls) != 1 || r.calls[0] != want {
		t.Fatalf("16 MiB: %d events, error %v", len(r.calls), err)
	}
	if _, err := feed(piece, 1<<16); !errors.Is(err, eventstream.ErrEventTooLong) {
		t.Errorf("1 GiB without a line end: error %v, want %v", err, eventstream.ErrEventTooLong)
	}
}

// Neither a long event nor many small ones leave much memory behind.
func TestMemoryIsGivenBack(t *testing.T) {
	var p eventstream.Parser
	var h discard
	long := append(bytes.Repeat([]byte("y"), 1<<20), "\n\n"...)
	for range 3 {
		for _, b := range [][]byte{[]byte("data:x\ndata:"), long} {
			if err := p.Feed(b, &h); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := p.HeldBytes(); got > 128<<10 {
		t.Errorf("after an event of 1 MiB the parser holds %d bytes", got)
	}
}
