package eventsource_test

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/eventsource"
)

// slowWriter is a connection on which a write takes a second, once it is slow.
type slowWriter struct {
	net.Conn
	slow *atomic.Bool
}

func (w slowWriter) Write(b []byte) (int, error) {
	if w.slow.Load() {
		time.Sleep(time.Second)
	}
	return w.Conn.Write(b)
}

// opening tells when the request of its stream went out, counted from the
// beginning of the attempt.
type opening struct {
	journal
	requested chan time.Duration
}

func (o *opening) Open(opened eventsource.Opened) {
	o.requested <- opened.Requested.Sub(opened.Started).Truncate(time.Microsecond)
}

// Of two streams that share a connection, one has to wait until the request of
// the other is written. That is not its server's delay.
func TestRequestedInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Bool
		tr := serveInMemory(t, openStreams, func(c net.Conn) net.Conn { return slowWriter{c, &slow} })
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := &opening{requested: make(chan time.Duration)}
		open := func() {
			go func() { run(t, ctx, eventsource.Config{URL: "http://host/", Transport: tr.Transport, Handler: o}) }()
		}
		open()
		<-o.requested
		synctest.Wait() // all that the beginning of a connection sends is sent
		slow.Store(true)
		open()
		open()
		got := []time.Duration{<-o.requested, <-o.requested}
		slices.Sort(got)
		if want := []time.Duration{0, time.Second}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		slow.Store(false)
	})
}
