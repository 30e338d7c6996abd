package httpapi_test

import (
	"bytes"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi/ssetest"
)

// bare is a response writer whose connection cannot be taken over.
type bare struct{ w http.ResponseWriter }

func (b bare) Header() http.Header         { return b.w.Header() }
func (b bare) Write(p []byte) (int, error) { return b.w.Write(p) }
func (b bare) WriteHeader(status int)      { b.w.WriteHeader(status) }

// A stream whose connection cannot be taken over is refused, and nothing of it is
// left.
func TestFailedTakeover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{
			InMemory: true, WrapWriter: func(w http.ResponseWriter) http.ResponseWriter { return bare{w} },
		})
		id := server.Submit("Hi")
		ask(t, server, ssetest.HTTP1, "GET", "/stream/"+id+"?interval=1m", "").wantProblem(t, 500, "internal_error")
		if rejected := server.Log.Only("stream.rejected"); rejected.Fields["reason"] != "internal_error" {
			t.Errorf("the log says %v", rejected.Fields)
		}
		synctest.Wait()
		stats, err := server.Broker.Stats(t.Context())
		if err != nil || stats.Streams[broker.Characters] != 0 {
			t.Errorf("the broker counts %v, %v", stats, err)
		}
		if err := server.API.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// brokenPipe is a connection that breaks when it is to write a certain text.
type brokenPipe struct {
	net.Conn
	at    string
	error error
}

func (b brokenPipe) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(b.at)) {
		return 0, b.error
	}
	return b.Conn.Write(p)
}

// A heartbeat that cannot be written ends its stream, there and then.
func TestFailedHeartbeat(t *testing.T) {
	for _, protocol := range ssetest.Cleartext {
		t.Run(string(protocol), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{
					InMemory: true, WrapConn: func(conn net.Conn) net.Conn { return brokenPipe{conn, ": heartbeat", syscall.EPIPE} },
				})
				id := server.Submit("Hi")
				start := time.Now()
				go func() { _, _ = server.Open(protocol, "/stream/"+id+"?interval=1m").All() }()
				closed := server.Await("stream.closed", 1)[0]
				if took := time.Since(start); closed.Fields["reason"] != "client_gone" || closed.Fields["chunks"] != int64(1) || took != 15*time.Second {
					t.Errorf("%v after %v; want client_gone with the first heartbeat, after 15s", closed.Fields, took)
				}
			})
		})
	}
}

// What a write fails with tells whether the client left, or vanished without a word.
func TestVanished(t *testing.T) {
	for broken, want := range map[error]any{syscall.EPIPE: nil, syscall.ECONNRESET: nil, syscall.ETIMEDOUT: true, syscall.EHOSTUNREACH: true} {
		t.Run(broken.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{
					InMemory: true, WrapConn: func(conn net.Conn) net.Conn { return brokenPipe{conn, ": heartbeat", broken} },
				})
				id := server.Submit("Hi")
				go func() { _, _ = server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=1m").All() }()
				if closed := server.Await("stream.closed", 1)[0]; closed.Fields["reason"] != "client_gone" || closed.Fields["vanished"] != want {
					t.Errorf("the log says %v; want vanished to be %v", closed.Fields, want)
				}
			})
		})
	}
}
