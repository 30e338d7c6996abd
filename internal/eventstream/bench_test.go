package eventstream_test

import (
	"bytes"
	"testing"
	"time"
	"unsafe"

	"sseserver/internal/eventstream"
)

type discard struct{ events int }

func (d *discard) Event(eventstream.Event) error { d.events++; return nil }
func (*discard) Comment([]byte)                  {}
func (*discard) Retry(time.Duration)             {}

var chunk = []byte(`id: 41` + "\n" +
	`data: {"messageId":"5b0e1a52-6c1f-4f0e-9d3f-0a1b2c3d4e5f","chunk":"H","position":41,"total":500}` + "\n\n")

func TestNoAllocations(t *testing.T) {
	inputs := map[string][][]byte{
		"whole":       {chunk},
		"cut in data": {chunk[:40], chunk[40:]},
		"cut in id":   {chunk[:4], chunk[4:]},
		"many":        {bytes.Repeat(chunk, 50)},
		"multiline":   {[]byte("event: e\r\ndata: a\r\ndata: b\r\nid: 1\r\n\r\n")},
		"comment":     {[]byte(": heartbeat\n\n")},
		"retry":       {[]byte("retry: 2000\n\n")},
		"bytewise":    bytes.SplitAfter(chunk, nil),
	}
	for name, reads := range inputs {
		var p eventstream.Parser
		var h discard
		if n := testing.AllocsPerRun(100, func() {
			for _, b := range reads {
				if err := p.Feed(b, &h); err != nil {
					t.Fatal(err)
				}
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestParserIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(eventstream.Parser{}); n > 256 {
		t.Errorf("a Parser takes %d bytes", n)
	}
	var p eventstream.Parser
	if err := p.Feed(chunk, new(discard)); err != nil {
		t.Fatal(err)
	}
	if n := p.HeldBytes(); n > 64 {
		t.Errorf("between two events the parser holds %d bytes of buffers", n)
	}
}

func BenchmarkParser(b *testing.B) {
	for _, bench := range []struct {
		name   string
		reads  [][]byte
		events int
	}{
		{"one event a read", [][]byte{chunk}, 1},
		{"ten events a read", [][]byte{bytes.Repeat(chunk, 10)}, 10},
		{"cut in the data", [][]byte{chunk[:40], chunk[40:]}, 1},
		{"CRLF", [][]byte{bytes.ReplaceAll(chunk, []byte("\n"), []byte("\r\n"))}, 1},
		{"CR", [][]byte{bytes.ReplaceAll(chunk, []byte("\n"), []byte("\r"))}, 1},
		{"three data lines", [][]byte{[]byte("data: one\ndata: two\ndata: three\n\n")}, 1},
		{"64 KiB of data", [][]byte{append(append([]byte("data: "), bytes.Repeat([]byte("x"), 64<<10)...), "\n\n"...)}, 1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var p eventstream.Parser
			var h discard
			size := 0
			for _, r := range bench.reads {
				size += len(r)
			}
			b.SetBytes(int64(size / bench.events))
			b.ReportAllocs()
			for i := 0; i < b.N; i += bench.events {
				for _, r := range bench.reads {
					if err := p.Feed(r, &h); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
