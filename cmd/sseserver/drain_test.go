package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"golang.org/x/net/http2"
)

const asJSON = "application/json"

// While the program drains, running streams go on to their end, and new work is
// refused.
func TestDrainLetsStreamsFinish(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--drain=1h", "--write-timeout=1h", "--max-message-bytes=8MiB")
	// Each stream has more to say than fits into what lies between, so it runs
	// until the test reads it.
	texts := map[ssetest.Protocol]string{ssetest.HTTP1: words(300, 15_000), ssetest.H2C: words(300, 1000)}
	read := make(map[ssetest.Protocol]func() *ssetest.Stream)
	for protocol, stall := range map[ssetest.Protocol]func(*testing.T, string) func() *ssetest.Stream{
		ssetest.HTTP1: server.stalled, ssetest.H2C: server.stalledHTTP2,
	} {
		read[protocol] = stall(t, "/stream/"+server.submit(t, texts[protocol])+"?interval=1ms&unit=word")
	}
	server.log.await("stream.opened", 2)
	server.signals <- syscall.SIGTERM
	started := server.log.await("server.shutdown_started", 1)[0]
	if started["signal"] != "terminated" || started["active_streams"] != 2.0 {
		t.Errorf("the log says %v", started)
	}
	server.signals <- syscall.SIGHUP // is no reason to hurry
	id := server.log.named("stream.opened")[0]["message_id"].(string)
	for _, protocol := range ssetest.Cleartext {
		new := server.caller(t, protocol)
		new.want(503, "shutting down", "GET", "/readyz", "")
		new.want(200, "ok", "GET", "/livez", "")
		header, _ := new.want(503, "shutting_down", "POST", "/send", `{"message":"too late"}`, "Content-Type", asJSON)
		if header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After %q, want 2", header.Get("Retry-After"))
		}
		for _, path := range []string{"/stream/", "/progress/"} { // an EventSource comes back only after this
			new.want(200, "retry: ", "GET", path+id, "")
		}
		new.want(200, `"activeStreams":1`, "GET", "/messages/"+id, "")
	}
	for protocol, text := range texts {
		stream := read[protocol]()
		stream.WantOpening()
		stream.WantText(0, text)
	}
	server.wait(t)
	for _, closed := range server.log.named("stream.closed") {
		if closed["reason"] != "completed" || closed["chunks"] != 300.0 {
			t.Errorf("the log says %v", closed)
		}
	}
	if forced := server.log.named("server.shutdown_forced"); len(forced) > 0 {
		t.Errorf("forced: %v", forced)
	}
}

// Streams that do not end in time are ended, and their clients told to come
// back, each at a moment of its own.
func TestDrainEndsTheRest(t *testing.T) {
	for _, flag := range []string{"--drain=0s", "--drain=50ms"} {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			t.Run(flag+"/"+signal.String(), func(t *testing.T) {
				wantNoLeaks(t)
				server := startServer(t, flag)
				id := server.submit(t, "Hi")
				var streams []*ssetest.Stream
				for _, protocol := range ssetest.Cleartext {
					for _, path := range []string{"/stream/", "/progress/"} {
						stream := server.caller(t, protocol).stream(path + id + "?interval=1m")
						stream.WantOpening()
						if _, err := stream.Next(); err != nil {
							t.Fatal(err)
						}
						streams = append(streams, stream)
					}
				}
				server.signals <- signal
				for _, stream := range streams {
					events, err := stream.All()
					if err != nil || len(events) != 1 || events[0].Retry < 2*time.Second || events[0].Retry >= 4*time.Second {
						t.Errorf("the end of a stream: %v, %v; want a retry of 2 to 4 s and a clean end", events, err)
					}
				}
				server.wait(t)
				closed := server.log.named("stream.closed")
				for _, line := range closed {
					if line["reason"] != "server_shutdown" || line["chunks"] != 1.0 {
						t.Errorf("the log says %v", line)
					}
				}
				if len(closed) != len(streams) {
					t.Errorf("%d of %d streams closed", len(closed), len(streams))
				}
				if _, err := net.Dial("tcp", server.addr); err == nil {
					t.Error("the port is still open")
				}
			})
		}
	}
}

// words is a text of so many words of that many bytes.
func words(count, bytes int) string {
	return strings.Repeat(strings.Repeat("x", bytes-1)+" ", count)
}

// stalled opens a stream over HTTP/1.1 and reads nothing of it, until the
// function that it returns is called.
func (s *liveServer) stalled(t *testing.T, path string) func() *ssetest.Stream {
	small := net.Dialer{Control: func(_, _ string, socket syscall.RawConn) error {
		return socket.Control(func(fd uintptr) { // so that the text is more than the system takes
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
		})
	}}
	conn, err := small.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, _ = conn.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"))
	return func() *ssetest.Stream {
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return ssetest.Read(t, response)
	}
}

// stalledHTTP2 does the same over HTTP/2, where it takes a thousand bytes.
func (s *liveServer) stalledHTTP2(t *testing.T, path string) func() *ssetest.Stream {
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	client := ssetest.NewRawHTTP2(t, conn, 1000)
	client.Get(1, path)
	client.Await(1, 1000)
	return func() *ssetest.Stream {
		client.Open(0, 10<<20) // of all streams together
		client.Open(1, 10<<20)
		_, body, code := client.End()
		if code != http2.ErrCodeNo {
			t.Errorf("%s: reset with %v", path, code)
		}
		return ssetest.Read(t, &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(body)),
		})
	}
}

// A client that reads nothing does not keep the program from ending, nor from
// ending well.
func TestDrainDoesNotWaitForAStalledClient(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--max-message-bytes=8MiB")
	id := server.submit(t, words(300, 15_000))
	server.stalled(t, "/stream/"+id+"?interval=1ms&unit=word")
	server.log.await("stream.slow", 1) // it is blocked
	server.signals <- syscall.SIGTERM
	server.wait(t)
	if closed := server.log.named("stream.closed"); len(closed) != 1 || closed[0]["reason"] != "server_shutdown" {
		t.Errorf("the log says %v", closed)
	}
}

// Nor does one that blocks the last write of its stream, of which the broker knows
// no more: it has three seconds, and not the hour that a write may take here.
func TestDrainGivesTheLastWriteThreeSeconds(t *testing.T) {
	for _, protocol := range ssetest.Protocols {
		t.Run(string(protocol), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 8 << 10, API: httpapi.Config{WriteTimeout: time.Hour, MaxMessageBytes: 16 << 20}})
				id := server.Submit(strings.Repeat("x", 8_000_000))            // more than a client of HTTP/2 lets come unread
				server.Open(protocol, "/stream/"+id+"?interval=1ms&unit=word") // one chunk, and the end with it, which nobody reads
				server.Await("stream.slow", 1)                                 // at the first look, and then each second
				pr := &program{broker: server.Broker, api: server.API, public: &listener{server: server.HTTP}}
				start := time.Now()
				remaining := pr.endStreams(t.Context())
				closed := server.Log.Named("stream.closed")
				if remaining != 1 || len(closed) != 1 || closed[0].Fields["reason"] != "server_shutdown" {
					t.Errorf("%d were cut off, the log says %v", remaining, closed)
				}
				if took := time.Since(start); took < 3*time.Second || took > 4*time.Second {
					t.Errorf("it had %v, want 3s and what it takes to notice", took)
				}
			})
		})
	}
}

// The same on HTTP/2, where one stream of a connection is stalled.
func TestDrainDoesNotWaitForAStalledStream(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t)
	id := server.submit(t, strings.Repeat("x", 100))
	conn, err := net.Dial("tcp", server.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client := ssetest.NewRawHTTP2(t, conn, 1000)
	client.Get(1, "/stream/"+id)
	client.Get(3, "/stream/"+id+"?interval=1m")
	client.Open(3, 100_000)
	client.Await(1, 1000) // and blocks
	client.Await(3, 1)    // so it is open
	server.signals <- syscall.SIGTERM
	server.wait(t)
	closed := server.log.named("stream.closed")
	for _, line := range closed {
		if line["reason"] != "server_shutdown" {
			t.Errorf("the log says %v", line)
		}
	}
	if len(closed) != 2 {
		t.Errorf("%d streams closed, want 2", len(closed))
	}
}
