package httpapi_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// A stall does not keep a stream from ending: with its message, with the server, or
// with its client. And its clients see heartbeats meanwhile.
func TestEndsDuringStall(t *testing.T) {
	for reason, end := range map[string]func(t *testing.T, server *ssetest.Server, stream *ssetest.Stream, id string){
		"message_deleted": func(t *testing.T, server *ssetest.Server, stream *ssetest.Stream, id string) {
			ask(t, server, ssetest.HTTP1, "DELETE", "/messages/"+id, "")
			stream.WantEnd()
		},
		"server_shutdown": func(t *testing.T, server *ssetest.Server, stream *ssetest.Stream, _ string) {
			if n, err := server.Broker.EndStreams(t.Context(), broker.ErrShuttingDown); n != 1 || err != nil {
				t.Errorf("ended %d streams, %v", n, err)
			}
			stream.WantRetry(2500 * time.Millisecond)
			stream.WantEnd()
		},
		"client_gone": func(_ *testing.T, _ *ssetest.Server, stream *ssetest.Stream, _ string) { stream.Close() },
	} {
		t.Run(reason, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Jitter: func() float64 { return 0.25 }}})
				id := server.Submit("Hi")
				stream := server.Open(protocol, "/stream/"+id+"?fault=stall:1h@1,eol:cr,split:3&interval=1s")
				start := stream.WantOpening().At
				stream.WantChunk(0, "H")
				if stall := server.Await("stream.fault", 3)[2].Fields; stall["fault"] != "stall" || stall["position"] != int64(1) {
					t.Errorf("when it begins the log says %v", stall)
				}
				for beat := 1; beat < 4; beat++ {
					if at := stream.WantComment("heartbeat").At.Sub(start); at != time.Duration(beat)*15*time.Second {
						t.Errorf("heartbeat %d after %v", beat, at)
					}
				}
				end(t, server, stream, id)
				synctest.Wait() // or until what it has done to the server is through
				closed := server.Await("stream.closed", 1)[0].Fields
				if took := time.Since(start); closed["reason"] != reason || closed["chunks"] != int64(1) || took != 45*time.Second {
					t.Errorf("%v later the log says %v; want %s", took, closed, reason)
				}
				if faults := server.Log.Named("stream.fault"); len(faults) != 3 {
					t.Errorf("the log has %v", faults)
				}
			})
		})
	}
}

// A client that reads nothing is too slow for a stream that is written byte by byte,
// too.
func TestNeverReadsSplit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
		id := server.Submit(strings.Repeat("x", 300))
		for i, plan := range []string{"split:1", "split:7,eol:crlf", "split:5000,double:100%"} {
			conn := server.Dial().(*ssetest.Conn)
			start := time.Now()
			sayOn(t, conn, id, "GET /stream/{id}?interval=100ms&fault="+plan+" HTTP/1.1\r\nHost: a\r\n\r\n")
			closed := server.Await("stream.closed", i+1)[i].Fields
			if took := time.Since(start); closed["reason"] != "slow_client" || took < 10*time.Second || took > 20*time.Second {
				t.Errorf("%s: after %v the log says %v; want slow_client", plan, took, closed)
			}
			synctest.Wait()
			if rest, _ := io.ReadAll(conn); len(rest) != 2048 {
				t.Errorf("%s: %d bytes were left, want 2048", plan, len(rest))
			}
		}
	})
}

// A stream that is cut waits until its client's system has what came before, but
// not longer than for any other write.
func TestNeverReadsCut(t *testing.T) {
	for _, protocol := range []ssetest.Protocol{ssetest.HTTP1, ssetest.HTTPS} {
		t.Run(string(protocol), func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{WriteTimeout: 50 * time.Millisecond}})
			id := server.Submit(strings.Repeat(strings.Repeat("x", 15_000)+" ", 60))
			conn := server.Dial()
			if protocol == ssetest.HTTPS {
				conn = server.DialTLS("http/1.1")
			}
			if socket := socketOf(conn); socket.SetReadBuffer(4096) != nil {
				t.Fatal("no small buffer")
			}
			sayOn(t, conn, id, "GET /stream/{id}?interval=1ms&unit=word&fault=cut@8 HTTP/1.1\r\nHost: a\r\n\r\n")
			if closed := server.Await("stream.closed", 1)[0].Fields; closed["reason"] != "slow_client" {
				t.Errorf("the log says %v; want slow_client", closed)
			}
			if _, err := io.Copy(io.Discard, conn); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("read to %v; want a reset", err)
			}
		})
	}
}

// A client that leaves a stream that is being cut ends the waiting.
func TestLeavesWhileCut(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{WriteTimeout: time.Hour}})
	id := server.Submit(strings.Repeat(strings.Repeat("x", 15_000)+" ", 60))
	conn := server.Dial()
	if socketOf(conn).SetReadBuffer(4096) != nil {
		t.Fatal("no small buffer")
	}
	sayOn(t, conn, id, "GET /stream/{id}?interval=1ms&unit=word&fault=cut@8 HTTP/1.1\r\nHost: a\r\n\r\n")
	server.Await("stream.fault", 1)
	_ = socketOf(conn).SetLinger(0)
	conn.Close()
	if closed := server.Await("stream.closed", 1)[0].Fields; closed["reason"] != "client_gone" && closed["reason"] != "fault" {
		t.Errorf("the log says %v; want client_gone", closed)
	}
}

// socketOf returns what is below a connection.
func socketOf(conn net.Conn) *net.TCPConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return conn.(*net.TCPConn)
}
