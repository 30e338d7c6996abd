package eventsource_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/eventsource"
)

// inMemoryH2 is a transport to an HTTP/2 server in the same bubble.
type inMemoryH2 struct {
	*eventsource.Transport
	accept chan net.Conn
	done   chan struct{} // closed when the server stops

	mu     sync.Mutex
	server []net.Conn // server's ends of the connections made
}

// serveInMemory starts a server, which lives until the end of the test. wrap,
// if not nil, is put around the client's end of each connection, or refuses it
// with nil.
func serveInMemory(t *testing.T, h http.HandlerFunc, wrap func(net.Conn) net.Conn) *inMemoryH2 {
	m := &inMemoryH2{accept: make(chan net.Conn), done: make(chan struct{})}
	m.Transport = &eventsource.Transport{
		Protocol: eventsource.H2C,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			select {
			case <-time.After(time.Second): // making a connection takes that long
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			client, server := net.Pipe()
			if wrap != nil {
				if client = wrap(client); client == nil {
					return nil, errRefused
				}
			}
			m.mu.Lock()
			m.server = append(m.server, server)
			m.mu.Unlock()
			m.accept <- server
			return client, nil
		},
	}
	srv := &http.Server{Protocols: new(http.Protocols), Handler: h, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 100}}
	srv.Protocols.SetUnencryptedHTTP2(true)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(m) }()
	t.Cleanup(func() {
		synctest.Wait()
		m.CloseIdleConnections()
		srv.Close()
		<-served
	})
	return m
}

func (m *inMemoryH2) Accept() (net.Conn, error) {
	select {
	case c := <-m.accept:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}
func (m *inMemoryH2) Close() error { close(m.done); return nil }
func (*inMemoryH2) Addr() net.Addr { return &net.TCPAddr{} }

func (m *inMemoryH2) connections() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.server)
}

// openStreams serves streams that stay open.
func openStreams(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// open opens n streams and returns when all are open.
func (m *inMemoryH2) open(t *testing.T, ctx context.Context, n int, j *journal) {
	var opened sync.WaitGroup
	opened.Add(n)
	j.onOpen = opened.Done
	for range n {
		go func() {
			run(t, ctx, eventsource.Config{URL: "http://host/", Transport: m.Transport, Handler: j, NoReconnect: true})
		}()
	}
	opened.Wait()
}

// Streams that come at once share connections, and the places of those that
// have ended are used again.
func TestPlacesOnConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serveInMemory(t, openStreams, nil)
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			m.open(t, ctx, 250, new(journal))
			if n := m.connections(); n != 3 {
				t.Errorf("250 streams took %d connections with 100 places each", n)
			}
			cancel()
			synctest.Wait()
		}
	})
}

// A connection that is lost takes its streams with it, and those that come
// after get another.
func TestLostConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serveInMemory(t, openStreams, nil)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var lost, after journal
		m.open(t, ctx, 2, &lost)
		m.server[0].Close()
		synctest.Wait()
		lost.want(t, "open", "open", "closed: truncated, final", "closed: truncated, final")
		m.open(t, ctx, 1, &after)
		after.want(t, "open")
	})
}

// Of two streams one writes when the connection is lost, and fails. The other
// has still waited for its turn, so it may take another connection.
func TestLostBeforeTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m *inMemoryH2
		lose := false
		m = serveInMemory(t, openStreams, func(c net.Conn) net.Conn {
			return onWrite{c, func() {
				if lose {
					lose = false
					time.Sleep(time.Second) // the other comes meanwhile
					m.server[0].Close()
					time.Sleep(time.Second) // that is seen meanwhile
				}
			}}
		})
		ctx, cancel := context.WithCancel(t.Context())
		m.open(t, ctx, 1, new(journal)) // makes the connection
		cancel()
		synctest.Wait()
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		lose = true
		var j journal
		opened := make(chan struct{})
		j.onOpen = func() { close(opened) }
		for range 2 {
			go func() {
				run(t, ctx, eventsource.Config{URL: "http://host/", Transport: m.Transport, Handler: &j, NoReconnect: true})
			}()
		}
		<-opened
		j.want(t, "closed: no_response, final", "open")
	})
}

type onWrite struct {
	net.Conn
	do func()
}

func (w onWrite) Write(b []byte) (int, error) {
	w.do()
	return w.Conn.Write(b)
}

// All that wait for the same connection fail with it, each once, and together.
func TestRefusedConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serveInMemory(t, openStreams, func(net.Conn) net.Conn { return nil })
		begun := time.Now()
		var ran sync.WaitGroup
		for range 5 {
			ran.Go(func() {
				end := run(t, t.Context(), eventsource.Config{URL: "http://host/", Transport: m.Transport, Handler: new(journal), NoReconnect: true})
				if end.Reason != eventsource.ReasonConnectFailed || !errors.Is(end, net.ErrClosed) {
					t.Errorf("got %v", end)
				}
			})
		}
		ran.Wait()
		if d := time.Since(begun); d != time.Second {
			t.Errorf("that took %v, want the time of one attempt", d)
		}
	})
}

// When the stream that makes a connection is cancelled, another that waits for
// it makes one.
func TestAbandonedConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serveInMemory(t, openStreams, nil)
		makers, abandon := context.WithCancel(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		begun := time.Now()
		var first, second journal
		go func() {
			run(t, makers, eventsource.Config{URL: "http://host/", Transport: m.Transport, Handler: &first})
		}()
		synctest.Wait()
		time.AfterFunc(time.Second/2, abandon)
		m.open(t, ctx, 1, &second)
		if d := time.Since(begun); d != 3*time.Second/2 {
			t.Errorf("the second stream is open after %v", d)
		}
		first.want(t, "closed: cancelled, final")
		second.want(t, "open")
	})
}
