package host

import (
	"os"
	"testing"
)

func TestPeakRSS(t *testing.T) {
	now, err := UsageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	// RSS is counted in batches for each CPU, so that the two may differ a little.
	if peak, err := PeakRSS(os.Getpid()); err != nil || peak < now.RSS/2 {
		t.Errorf("got %d, %v; want at least about %d", peak, err, now.RSS)
	}
	if peak, err := PeakRSS(1 << 22); err == nil {
		t.Errorf("no such process: got %d, want an error", peak)
	}
}

func TestParseSockstat(t *testing.T) {
	text := "sockets: used 14\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 141\nUDP: inuse 0 mem 7\n"
	if got, err := parseSockstat(text); err != nil || got != 141*int64(os.Getpagesize()) {
		t.Errorf("got %d, %v; want 141 pages", got, err)
	}
	if got, err := parseSockstat("UDP: inuse 0 mem 7\n"); err == nil {
		t.Errorf("got %d, want an error", got)
	}
}

func TestParseSkmem(t *testing.T) {
	text := `ESTAB 0 0 127.0.0.1:4400 127.0.0.1:50000
	 skmem:(r1,rb131072,t512,tb2626560,f20,w300,o0,bl0,d7)
LISTEN 0 4096 127.0.0.1:4400 0.0.0.0:*
	 skmem:(r4000,rb131072,t0,tb16384,f0,w0,o0,bl0,d0)
`
	if got, want := parseSkmem(text), int64(4321); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}
