package httpapi_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"go.uber.org/zap/zapcore"
	"golang.org/x/net/http2"
)

// A client that never reads is cut off after the write timeout, alone.
func TestNeverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
		id := server.Submit(strings.Repeat("x", 300))
		reading := server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=100ms")
		conn := server.Dial().(*ssetest.Conn)
		sayOn(t, conn, id, "GET /stream/{id}?interval=100ms HTTP/1.1\r\nHost: a\r\n\r\n")
		start := time.Now()
		var others sync.WaitGroup
		others.Go(func() { _, _ = reading.All() })

		closed := server.Await("stream.closed", 1)[0]
		if closed.Fields["reason"] != "slow_client" || closed.Level != zapcore.WarnLevel {
			t.Errorf("the log says %v %v; want a warning of slow_client", closed.Level, closed.Fields)
		}
		// All chunks before it were written when they were due, so this is when
		// the blocked one was.
		// A part of it got through, which is seen at the first look.
		blocked := time.Duration(closed.Fields["chunks"].(int64)) * 100 * time.Millisecond
		if took := time.Since(start); took != blocked+11*time.Second {
			t.Errorf("cut off after %v; want 11s from when it blocked, which was after %v", took, blocked)
		}
		// What it gets, if it reads after all, does not look complete.
		synctest.Wait()
		if rest, err := io.ReadAll(conn); err != nil || strings.HasSuffix(string(rest), "0\r\n\r\n") || len(rest) != 2048 {
			t.Errorf("%d bytes were left, %v: %q", len(rest), err, rest)
		}
		others.Wait()
		if got := server.Await("stream.closed", 2)[1]; got.Fields["reason"] != "completed" || got.Fields["max_lag_ms"] != 0.0 {
			t.Errorf("the other stream: %v", got.Fields)
		}
	})
}

// What such a client has not read is not kept for it: its connection is reset.
func TestNeverReadsIsReset(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{
		API: httpapi.Config{WriteTimeout: 20 * time.Millisecond},
		WrapConn: func(conn net.Conn) net.Conn {
			_ = conn.(*net.TCPConn).SetWriteBuffer(4096)
			return conn
		},
	})
	id := server.Submit(strings.Repeat(strings.Repeat("x", 15_000)+" ", 60))
	conn := server.Dial()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	sayOn(t, conn, id, "GET /stream/{id}?interval=1ms&unit=word HTTP/1.1\r\nHost: a\r\n\r\n")
	server.Await("stream.closed", 1)
	if err := server.API.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read to %v; want a reset", err)
	}
}

// On HTTP/2 the window of one stream is no concern of the others on the same
// connection.
func TestNeverReadsOneOfTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit(strings.Repeat("x", 150))
		client := ssetest.NewRawHTTP2(t, server.Dial(), 1000)
		start := time.Now()
		client.Get(1, "/stream/"+id+"?interval=100ms")
		client.Get(3, "/stream/"+id+"?interval=100ms")
		client.Open(3, 1<<20)
		stream, body, code := client.End()
		chunks := strings.Count(body, "\n\n") - 1
		if stream != 1 || len(body) != 1000 || code == http2.ErrCodeNo {
			t.Errorf("stream %d ended first, with %v after %d bytes; want stream 1 reset after 1000", stream, code, len(body))
		}
		if took, want := time.Since(start), time.Duration(chunks)*100*time.Millisecond+10*time.Second; took != want {
			t.Errorf("reset after %v, want %v", took, want)
		}
		stream, body, code = client.End()
		if stream != 3 || code != http2.ErrCodeNo || !strings.Contains(body, "event: done") {
			t.Errorf("stream %d ended with %v: %q", stream, code, body)
		}
		closed := server.Await("stream.closed", 2)
		if closed[0].Fields["reason"] != "slow_client" || closed[1].Fields["reason"] != "completed" {
			t.Errorf("the log says %v", closed)
		}
	})
}

// An HTTP/2 client that does not read its connection at all is slow on every
// stream of it.
func TestNeverReadsHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
		id := server.Submit(strings.Repeat("x", 300))
		client := ssetest.NewRawHTTP2(t, server.Dial(), 1<<20)
		client.Get(1, "/stream/"+id+"?interval=100ms")
		client.Get(3, "/stream/"+id+"?interval=110ms")
		blocked := server.Await("stream.slow", 2)[0].Fields["lag_ms"].(float64)
		start := time.Now()
		for _, closed := range server.Await("stream.closed", 2) {
			if closed.Fields["reason"] != "slow_client" {
				t.Errorf("the log says %v", closed.Fields)
			}
		}
		// The streams are given up 10 s after they blocked, and their connection a
		// second later, as their resets do not get through.
		// The later of the two blocked within 110 ms of the first.
		if took := time.Since(start); blocked != 1000 || took > 10*time.Second || took < 10*time.Second-110*time.Millisecond {
			t.Errorf("told to be slow by %v ms, and ended %v later; want 10s", blocked, took)
		}
	})
}

// A plain answer that nobody reads does not hold its connection for ever.
func TestAnswerNeverRead(t *testing.T) {
	t.Run("HTTP/1.1", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
			sayOn(t, server.Dial(), "", "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n")
			time.Sleep(time.Minute - time.Millisecond)
			if got := server.API.Conns(); got != 1 {
				t.Errorf("%d connections within the minute, want 1", got)
			}
			time.Sleep(time.Second) // net/http takes half a second to close
			if got := server.API.Conns(); got != 0 {
				t.Errorf("%d connections after it, want 0", got)
			}
		})
	})
	t.Run("HTTP/2.0", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			client := ssetest.NewRawHTTP2(t, server.Dial(), 100)
			start := time.Now()
			client.Get(1, "/openapi.yaml")
			if _, body, code := client.End(); len(body) != 100 || code == http2.ErrCodeNo || time.Since(start) != time.Minute {
				t.Errorf("got %d bytes and %v after %v; want 100 and a reset after 1m", len(body), code, time.Since(start))
			}
		})
	})
}

// readLater reads conn only when told to, and then all of it.
type readLater struct {
	*ssetest.Conn
}

// pause lets d pass without reading, then reads what has come by then.
func (r *readLater) pause(d time.Duration) {
	time.Sleep(d)
	_ = r.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, _ = io.Copy(io.Discard, r)
}

// A stream that was held up sends all that is due by then in one write, and is
// on its schedule again.
func TestCatchUpInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
		id := server.Submit(strings.Repeat("x", 120))
		conn := &readLater{Conn: server.Dial().(*ssetest.Conn)}
		start := time.Now()
		sayOn(t, conn, id, "GET /stream/{id}?interval=100ms HTTP/1.1\r\nHost: a\r\n\r\n")
		conn.pause(5 * time.Second)

		// Its buffer was full after some chunks. The write that blocked is the
		// first one with a second half.
		writes := conn.Received()
		caughtUp := slices.IndexFunc(writes, func(write []byte) bool { return strings.Count(string(write), "data: ") > 1 })
		if caughtUp != len(writes)-1 {
			t.Fatalf("the last of %d writes should be the one that catches up: %q", len(writes), writes)
		}
		var before int // chunks
		for _, write := range writes[:caughtUp] {
			before += strings.Count(string(write), "data: ")
		}
		var want strings.Builder
		for position := before; position <= 50; position++ { // the one that is due after 5s included
			fmt.Fprintf(&want, "id: %d\ndata: {\"messageId\":%q,\"chunk\":\"x\",\"position\":%d,\"total\":120}\n\n", position, id, position)
		}
		chunk := fmt.Sprintf("%x\r\n%s\r\n", want.Len(), &want)
		if got := string(writes[caughtUp]); got != chunk {
			t.Errorf("after %d chunks\n got %q\nwant %q", before, got, chunk)
		}
		// And then one at a time, again.
		conn.pause(0)
		for time.Since(start) < 12500*time.Millisecond {
			conn.pause(100*time.Millisecond - time.Millisecond)
		}
		for position, write := range conn.Received()[caughtUp+1:] {
			if got := strings.Count(string(write), "data: "); got != 1 && position+51 < 119 {
				t.Fatalf("%d events in %q; want one", got, write)
			}
		}
		conn.Conn.Close()
		// The one that blocked was the last one before, and they were all
		// written after 5s.
		var late float64 // milliseconds
		for position := before - 1; position <= 50; position++ {
			late += float64(5000 - 100*position)
		}
		closed := server.Await("stream.closed", 1)[0]
		if closed.Fields["reason"] != "completed" || closed.Fields["chunks"] != int64(120) || closed.Fields["max_lag_ms"] != float64(5000-100*(before-1)) {
			t.Errorf("the log says %v", closed.Fields)
		}
		// The others were late by what the clock may take, some milliseconds.
		if got := 1000 * scrape(t, server)["sseserver_stream_lateness_seconds_sum"]; got < late || got > late+120*20 {
			t.Errorf("all events were %v ms late, want %v or little more", got, late)
		}
	})
}

// What a stream holds while it is blocked is bounded: what is due is written in
// pieces of 64 KiB, and a long chunk in much smaller ones.
func TestHeldIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		text        string
		least, most int // bytes of the largest write, beside the size of its chunk
	}{
		"catching up":           {strings.Repeat(strings.Repeat("x", 999)+" ", 300), 57 << 10, 64 << 10},
		"catching up with NULs": {strings.Repeat(strings.Repeat("\x00", 999)+" ", 100), 57 << 10, 64 << 10},
		"a long chunk":          {"a " + strings.Repeat("x", 1<<20) + " b", 4 << 10, 5 << 10},
		"a long chunk of NULs":  {"a " + strings.Repeat("\x00", 1<<20) + " b", 4 << 10, 10 << 10},
		"a chunk that is not":   {strings.Repeat("x", 1024), 1 << 10, 2 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{
					InMemory: true, Room: 2048,
					API: httpapi.Config{MaxMessageBytes: 8 << 20},
				})
				id := server.Submit(test.text)
				conn := server.Dial().(*ssetest.Conn)
				sayOn(t, conn, id, "GET /stream/{id}?interval=1ms&unit=word HTTP/1.1\r\nHost: a\r\n\r\n")
				time.Sleep(5 * time.Second)
				_, _ = io.Copy(io.Discard, conn)
				most := 0
				for _, write := range conn.Received() {
					most = max(most, len(write))
				}
				if framing := len("ffff\r\n\r\n0\r\n\r\n"); most < test.least || most > test.most+framing {
					t.Errorf("the largest write has %d bytes, want from %d to %d", most, test.least, test.most)
				}
			})
		})
	}
}

// Falling behind is told once for each time it happens, and so is catching up.
func TestSlowAndRecovered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1024})
		id := server.Submit(strings.Repeat("x", 200))
		conn := &readLater{Conn: server.Dial().(*ssetest.Conn)}
		sayOn(t, conn, id, "GET /stream/{id}?interval=100ms HTTP/1.1\r\nHost: a\r\n\r\n")
		for range 2 {
			conn.pause(6 * time.Second)
			for range 10 {
				conn.pause(99 * time.Millisecond)
			}
		}
		conn.Conn.Close()
		server.Await("stream.closed", 1)
		slow, recovered := server.Log.Named("stream.slow"), server.Log.Named("stream.recovered")
		if len(slow) != 2 || len(recovered) != 2 {
			t.Fatalf("slow %d times, recovered %d times; want 2 and 2: %v", len(slow), len(recovered), server.Log.All())
		}
		for i := range 2 {
			if lag := slow[i].Fields["lag_ms"]; lag != 1000.0 {
				t.Errorf("told to be slow at %v ms, want 1000", lag)
			}
			if lag := recovered[i].Fields["lag_ms"].(float64); lag < 4000 || lag > 6000 {
				t.Errorf("told to have been %v ms behind", lag)
			}
		}
	})
}

// On HTTP/2, too, it is told while a write still blocks, on the window of its
// stream.
func TestSlowAndRecoveredHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit(strings.Repeat("x", 100))
		client := ssetest.NewRawHTTP2(t, server.Dial(), 1000)
		start := time.Now()
		client.Get(1, "/stream/"+id+"?interval=100ms")
		client.Await(1, 1000)
		blocked := time.Since(start).Truncate(100 * time.Millisecond)
		slow := server.Await("stream.slow", 1)[0]
		if took := time.Since(start); slow.Fields["lag_ms"] != 1000.0 || took != blocked+time.Second {
			t.Errorf("told of %v ms after %v; want 1000 a second after %v", slow.Fields["lag_ms"], took, blocked)
		}
		time.Sleep(3 * time.Second)
		client.Open(1, 1<<20)
		if stream, body, code := client.End(); stream != 1 || code != http2.ErrCodeNo || strings.Count(body, "data: ") != 101 {
			t.Errorf("stream %d ended with %v: %q", stream, code, body)
		}
		server.Await("stream.closed", 1)
		if lag := server.Log.Only("stream.recovered").Fields["lag_ms"]; lag != 4000.0 {
			t.Errorf("told to have been %v ms behind, want 4000", lag)
		}
	})
}

// A stream that is blocked and no longer wanted is let go within a second.
func TestDeleteWhileBlocked(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1024})
		id := server.Submit(strings.Repeat("x", 200))
		path := "/stream/" + id + "?interval=100ms"
		if protocol == ssetest.H2C {
			// A window that is full before the connection is.
			ssetest.NewRawHTTP2(t, server.Dial(), 500).Get(1, path)
		} else {
			sayOn(t, server.Dial(), "", "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")
		}
		server.Await("stream.slow", 1) // a second after it blocked
		time.Sleep(300 * time.Millisecond)
		start := time.Now()
		ask(t, server, ssetest.HTTP1, "DELETE", "/messages/"+id, "")
		closed := server.Await("stream.closed", 1)[0]
		if took := time.Since(start); closed.Fields["reason"] != "message_deleted" || took != 700*time.Millisecond {
			t.Errorf("%v after %v; want message_deleted at the next look, 700ms later", closed.Fields, took)
		}
	})
}

// Where nothing gets through on the whole connection, a stream that is no longer
// wanted has to wait until the connection is given up.
func TestDeleteWhileConnectionBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 2048})
		id := server.Submit(strings.Repeat("x", 300))
		ssetest.NewRawHTTP2(t, server.Dial(), 1<<20).Get(1, "/stream/"+id+"?interval=100ms")
		server.Await("stream.slow", 1) // a second after it blocked
		start := time.Now()
		ask(t, server, ssetest.HTTP1, "DELETE", "/messages/"+id, "")
		closed := server.Await("stream.closed", 1)[0]
		if took := time.Since(start); closed.Fields["reason"] != "message_deleted" || took != 10*time.Second {
			t.Errorf("%v after %v; want message_deleted when the connection is given up, 10s later", closed.Fields, took)
		}
	})
}

// A client of HTTP/2 that vanishes without a word does not answer pings.
func TestVanishedHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		client := ssetest.NewRawHTTP2(t, server.Dial(), 1<<20)
		client.Get(1, "/stream/"+id+"?interval=1m")
		client.Await(1, 100) // and says nothing more
		start := time.Now()
		closed := server.Await("stream.closed", 1)[0]
		if took := time.Since(start); closed.Fields["reason"] != "client_gone" || took < 29*time.Second || took > 31*time.Second {
			t.Errorf("%v after %v; want client_gone after a silence of 15s and a ping of 15s", closed.Fields, took)
		}
	})
}
