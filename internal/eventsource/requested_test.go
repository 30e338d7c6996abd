package eventsource_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
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

// listener gives a server the one connection that is sent to it.
type listener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l listener) Close() error   { close(l.done); return nil }
func (l listener) Addr() net.Addr { return &net.TCPAddr{} }

// opening tells when the request of its stream went out, counted from the beginning of the attempt.
type opening struct {
	journal
	requested chan time.Duration
}

func (o *opening) Open(opened eventsource.Opened) {
	o.requested <- opened.Requested.Sub(opened.Started)
}

// Of two streams that share a connection, one has to wait until the request of the other is written.
// That is not its server's delay.
func TestRequestedInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listener{make(chan net.Conn), make(chan struct{})}
		srv := &http.Server{Protocols: new(http.Protocols), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})}
		srv.Protocols.SetUnencryptedHTTP2(true)
		var slow atomic.Bool
		tr := &eventsource.Transport{
			Protocol: eventsource.H2C,
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				l.conns <- server
				return slowWriter{client, &slow}, nil
			},
		}
		ctx, cancel := context.WithCancel(t.Context())
		var ran sync.WaitGroup
		ran.Go(func() { _ = srv.Serve(l) })
		o := &opening{requested: make(chan time.Duration)}
		open := func() {
			ran.Go(func() { run(t, ctx, eventsource.Config{URL: "http://host/", Transport: tr, Handler: o}) })
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
		cancel()
		tr.CloseIdleConnections()
		srv.Close()
		ran.Wait()
	})
}
