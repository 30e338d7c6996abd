package httpapi_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"golang.org/x/net/http2"
)

// The last write, here of the third chunk and the done event, has the write timeout
// as all others have. A window that opens too little for a piece of it is no
// progress on HTTP/2.
func TestLastWriteBlocks(t *testing.T) {
	for name, test := range map[string]struct {
		window uint32
		opens  bool // by a byte every 3 s
	}{
		"in a chunk":              {400, false},
		"in the done event":       {450, false},
		"though the window opens": {400, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true})
				client := ssetest.NewRawHTTP2(t, server.Dial(), test.window)
				start := time.Now()
				client.Get(1, "/stream/"+server.Submit("abc")+"?interval=100ms")
				client.Await(1, int(test.window))
				for range 3 {
					time.Sleep(3 * time.Second)
					if test.opens {
						client.Open(1, 1)
					}
				}
				_, body, code := client.End()
				if took := time.Since(start); code == http2.ErrCodeNo || took != 10200*time.Millisecond {
					t.Errorf("ended with %v after %v: %q; want a reset after 10.2s", code, took, body)
				}
				closed := server.Await("stream.closed", 1)[0]
				if closed.Fields["reason"] != "slow_client" || closed.Fields["chunks"] != int64(2) {
					t.Errorf("the log says %v; want slow_client after 2 chunks", closed.Fields)
				}
			})
		})
	}
}

// On HTTP/1.1 a single byte is progress, and starts the time again.
func TestLastWriteByteByByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 200})
		conn := server.Dial()
		sayOn(t, conn, server.Submit("abc"), "GET /stream/{id}?interval=100ms HTTP/1.1\r\nHost: a\r\n\r\n")
		head := make([]byte, 500)
		_, _ = io.ReadFull(conn, head) // so that the last write is the one that blocks
		for range 5 {
			time.Sleep(9 * time.Second)
			_, _ = io.ReadFull(conn, head[:1])
		}
		rest, err := io.ReadAll(conn)
		if err != nil || !strings.HasSuffix(string(rest), "\n\n\r\n0\r\n\r\n") {
			t.Errorf("got %q, %v; want the end", rest, err)
		}
		closed := server.Await("stream.closed", 1)[0]
		if closed.Fields["reason"] != "completed" || closed.Fields["duration_ms"] != 45_100.0 {
			t.Errorf("the log says %v; want completed after 45.1s", closed.Fields)
		}
	})
}

// steady is a connection that takes 40 kB a second.
type steady struct{ net.Conn }

func (c steady) Write(p []byte) (n int, err error) {
	const step = 400
	for n < len(p) && err == nil {
		var m int
		m, err = c.Conn.Write(p[n:min(len(p), n+step)])
		n += m
		time.Sleep(10 * time.Millisecond)
	}
	return n, err
}

// A client that reads slowly but steadily gets all of a long chunk and of what
// follows, though that takes longer than the write timeout.
func TestReadsSteadily(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{
			InMemory: true,
			Room:     2048,
			API:      httpapi.Config{WriteTimeout: time.Second},
			WrapConn: func(conn net.Conn) net.Conn { return steady{conn} },
		})
		word := strings.Repeat("x", 300_000)
		stream := server.Open(protocol, "/stream/"+server.Submit(word)+"?unit=word")
		stream.WantOpening()
		stream.WantChunk(0, word)
		stream.WantDone()
		closed := server.Await("stream.closed", 1)[0]
		if took := closed.Fields["duration_ms"].(float64); closed.Fields["reason"] != "completed" || took < 7500 {
			t.Errorf("the log says %v; want completed after 7.5s", closed.Fields)
		}
	})
}
