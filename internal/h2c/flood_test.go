package h2c_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/h2c"

	"golang.org/x/net/http2"
)

// A client that asks for answers which it does not read is not served for ever
// (CVE-2019-9512, -9514, -9515).
func TestUnreadAnswers(t *testing.T) {
	floods := map[string]func(p *peer) error{
		"PING":     func(p *peer) error { return p.WritePing(false, [8]byte{}) },
		"SETTINGS": func(p *peer) error { return p.WriteSettings() },
		"resets":   func(p *peer) error { return p.WriteData(1, false, []byte("x")) },
	}
	for name, send := range floods {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := dial(t, h2c.Config{}, 1<<10).begin()
				p.ask(1, "/hello", true)
				p.take()
				p.gate.allow(0)
				start, sent := time.Now(), 0
				for send(p) == nil {
					sent++
				}
				if took := time.Since(start); took != 0 || sent > 100_000 {
					t.Errorf("%d frames were taken, in %v", sent, took)
				}
				p.gate.allow(-1)
				if got := p.take(); got[len(got)-1] != "closed" {
					t.Errorf("the last was %q", got[len(got)-1])
				}
			})
		})
	}
}

// Whoever reads the answers may have as many as it likes.
func TestReadAnswers(t *testing.T) {
	inBubble(t, func(p *peer) {
		for range 50_000 {
			p.must(p.WritePing(false, [8]byte{}))
		}
		if got := len(p.take()); got != 50_000 {
			t.Errorf("%d answers", got)
		}
	})
}

// Streams that a client resets do not let it have more handlers than streams
// (CVE-2023-44487).
func TestRapidReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int64
		var release sync.WaitGroup
		release.Add(1)
		p := dial(t, h2c.Config{MaxStreams: 10, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), running.Add(1)))
			release.Wait() // does not look at its context
			running.Add(-1)
		})}, 1<<20).begin()
		for id := uint32(1); id < 200; id += 2 {
			p.ask(id, "/", true)
			p.reset(id)
		}
		got := p.take()
		if n := strings.Count(fmt.Sprint(got), "REFUSED_STREAM"); n != 90 || most.Load() != 10 {
			t.Errorf("%d streams were refused, and %d handlers ran at once; want 90 and 10", n, most.Load())
		}
		release.Done()
		synctest.Wait()
		p.ask(201, "/", true)
		p.want("HEADERS 201 200 end")
	})
}

// There are no more streams than the client was told (RFC 9113 §5.1.2).
func TestMaxStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwned()
		p := dial(t, h2c.Config{MaxStreams: 2, Handler: o}, 1<<20).begin()
		first, _ := o.take(p, 1), o.take(p, 3)
		p.ask(5, "/", true)
		p.want("RST_STREAM 5 REFUSED_STREAM")
		_ = first.Close()
		p.want("DATA 1 0 end")
		o.take(p, 7)
	})
}

// Whatever comes after the preface, the connection ends with its client, and
// nothing is left of it.
func FuzzServe(f *testing.F) {
	for _, test := range frames {
		f.Add(said(f, test.say))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		client, socket := ssetest.ConnPair(1 << 20)
		server := h2c.New(h2c.Config{Handler: handlers, MaxStreams: 10})
		var running sync.WaitGroup
		running.Go(func() { server.Serve(socket, []byte(restOfPreface)) })
		running.Go(func() { _, _ = io.Copy(io.Discard, client) })
		_, _ = client.Write([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00")) // SETTINGS
		_, _ = client.Write(input)
		_ = client.CloseWrite()
		running.Wait()
		client.Close()
	})
}

// said returns the bytes that a client sends.
func said(f *testing.F, say func(p *peer)) []byte {
	var sent bytes.Buffer
	p := &peer{t: f, Framer: http2.NewFramer(&sent, nil)}
	p.AllowIllegalWrites = true
	say(p)
	return sent.Bytes()
}
