package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"go.uber.org/zap/zapcore"
)

// panicking panics in the goroutine of the request that asks it.
type panicking struct{ httpapi.Broker }

func (panicking) Lookup(context.Context, broker.MessageID) (broker.Status, error) { panic("of glass") }

func (p panicking) Subscribe(ctx context.Context, cancel context.CancelCauseFunc, r broker.Request) (*broker.Subscription, error) {
	if r.Kind == broker.Progress {
		panic("of glass")
	}
	return p.Broker.Subscribe(ctx, cancel, r)
}

// A panic in a request ends that one, with a stack in the log, and no other.
func TestPanicInRequest(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Wrap: func(b httpapi.Broker) httpapi.Broker { return panicking{b} }})
		id := server.Submit("Hi")
		stream := server.Open(protocol, "/stream/"+id+"?interval=10s")
		stream.WantOpening()
		stream.WantChunk(0, "H")
		for _, path := range []string{"/messages/" + id, "/progress/" + id, "/messages/" + id} {
			ask(t, server, protocol, "GET", path, "", "X-Request-Id", "mine").wantProblem(t, 500, "internal_error")
		}
		stream.WantChunk(1, "i")
		stream.WantDone()
		panics := server.Log.Named("http.panic")
		if len(panics) != 3 {
			t.Fatalf("%d panics in the log, want 3", len(panics))
		}
		if got := panics[0].Fields; got["request_id"] != "mine" || got["error"] != "of glass" || got["http.route"] != "/messages/{messageId}" ||
			!strings.Contains(got["stack"].(string), "panicking.Lookup") {
			t.Errorf("the log says %v", got)
		}
		synctest.Wait()
	})
}

// bomb is a connection that panics when it is to write a certain text.
type bomb struct {
	net.Conn
	at string
}

func (b bomb) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(b.at)) {
		panic("boom")
	}
	return b.Conn.Write(p)
}

// A panic in the middle of an answer breaks it off: nothing may follow.
func TestPanicInAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{
			InMemory: true, WrapConn: func(conn net.Conn) net.Conn { return bomb{conn, "/progress/{messageId}:"} },
		})
		conn := sayOn(t, server.Dial(), "", "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n")
		got, _ := io.ReadAll(conn)
		if strings.Contains(string(got), "internal_error") || strings.Contains(string(got), "/progress/{messageId}:") {
			t.Errorf("the client got %q", got)
		}
		if line := server.Log.Only("http.panic"); line.Fields["error"] != "boom" {
			t.Errorf("the log says %v", line.Fields)
		}
		if lines := server.Log.Named("http.server_error"); len(lines) > 0 {
			t.Errorf("net/http complains: %v", lines)
		}
	})
}

// A panic while a stream is written ends that stream as internal_error, closes
// its connection, and leaves the others alone.
func TestPanicInStream(t *testing.T) {
	for _, at := range []string{": connected", "id: 0", "id: 1", "event: done", "retry: 3"} {
		t.Run(at, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := true
				server := ssetest.Start(t, ssetest.Config{
					InMemory: true,
					API:      httpapi.Config{Jitter: func() float64 { return 0.5 }},
					WrapConn: func(conn net.Conn) net.Conn { // the first one only
						if first {
							first = false
							return bomb{conn, at}
						}
						return conn
					},
				})
				conn := server.Dial()
				sayOn(t, conn, "", "POST /send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"message\":\"Hi!\"}")
				synctest.Wait()
				id := server.Log.Only("message.submitted").Fields["message_id"].(string)
				other := server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=12s")
				other.WantOpening()
				sayOn(t, conn, id, "GET /stream/{id}?interval=10s HTTP/1.1\r\nHost: a\r\n\r\n")
				if at == "retry: 3" {
					synctest.Wait()
					_, _ = server.Broker.EndStreams(t.Context(), broker.ErrShuttingDown)
				}
				got, _ := io.ReadAll(conn)
				if strings.Contains(string(got), at) || strings.HasSuffix(string(got), "0\r\n\r\n") {
					t.Errorf("the client got %q", got)
				}
				for _, closed := range server.Await("stream.closed", 1) {
					stack, _ := closed.Fields["stack"].(string)
					if closed.Fields["reason"] == "internal_error" && (closed.Fields["error"] != "actors: panic: boom" || !strings.Contains(stack, "bomb.Write")) {
						t.Errorf("the log says %v", closed.Fields)
					}
				}
				if at != "retry: 3" {
					other.WantText(0, "Hi!")
				}
				server.Stop()
				if got := server.API.Conns(); got != 0 {
					t.Errorf("%d connections are left", got)
				}
				reasons := make(map[any]int)
				for _, closed := range server.Log.Named("stream.closed") {
					reasons[closed.Fields["reason"]]++
				}
				if len(reasons) != 2 || reasons["internal_error"] != 1 {
					t.Errorf("the streams ended for %v; want one internal_error", reasons)
				}
			})
		})
	}
}

// A stream whose streamer has panicked ends properly, and that is logged once. The
// other streams go on.
func TestPanicInStreamer(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hi there")
		broken := server.Open(protocol, "/stream/"+id+"?interval=1m")
		broken.WantOpening()
		broken.WantChunk(0, "H")
		panicked := &actors.PanicError{Value: "of glass", Stack: []byte("main.main()")}
		if n, err := server.Broker.EndStreams(t.Context(), panicked); n != 1 || err != nil {
			t.Fatalf("ended %d streams, %v", n, err)
		}
		broken.WantEnd()
		closed := server.Await("stream.closed", 1)[0]
		if closed.Level != zapcore.ErrorLevel || closed.Fields["reason"] != "internal_error" || closed.Fields["chunks"] != int64(1) ||
			closed.Fields["error"] != "actors: panic: of glass" || closed.Fields["stack"] != "main.main()" {
			t.Errorf("the log says %v %v", closed.Level, closed.Fields)
		}
		next := server.Open(protocol, "/stream/"+id+"?interval=1ms")
		next.WantOpening()
		next.WantText(0, "Hi there")
	})
}

// nameless gives streams by words a message whose name is not there, so that
// framing a chunk of them panics.
type nameless struct{ httpapi.Broker }

func (n nameless) Subscribe(ctx context.Context, cancel context.CancelCauseFunc, r broker.Request) (*broker.Subscription, error) {
	subscription, err := n.Broker.Subscribe(ctx, cancel, r)
	if err == nil && r.Unit == actors.Word {
		message := *subscription.Message
		message.Name = hollowString(len(message.Name))
		subscription.Message = &message
	}
	return subscription, err
}

// hollowString returns a string that cannot be read.
func hollowString(size int) string {
	header := struct {
		data *byte
		size int
	}{nil, size}
	return *(*string)(unsafe.Pointer(&header))
}

// A panic while a chunk is framed ends its stream as internal_error, and none of
// those that are due together with it.
func TestPanicAmongStreamsDueTogether(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Wrap: func(b httpapi.Broker) httpapi.Broker { return nameless{b} }})
		const text = "x x x "
		id := server.Submit(text)
		var good, bad []*ssetest.Stream
		for range 5 {
			good = append(good, server.Open(protocol, "/stream/"+id+"?interval=100ms"))
			bad = append(bad, server.Open(protocol, "/stream/"+id+"?interval=100ms&unit=word"))
		}
		start := time.Now()
		for _, stream := range bad {
			if events, err := stream.All(); err == nil || len(events) > 2 { // the opening
				t.Errorf("got %v, ended with %v", events, err)
			}
		}
		var readers sync.WaitGroup
		for _, stream := range good {
			readers.Go(func() { wantOnTime(t, stream, start, len(text)) })
		}
		readers.Wait()
		for i, closed := range server.Await("stream.closed", 10) {
			stack, _ := closed.Fields["stack"].(string)
			if bad := i < 5; bad != (closed.Fields["reason"] == "internal_error") || bad != strings.Contains(stack, "appendData") {
				t.Errorf("the log says %v", closed.Fields)
			}
		}
	})
}
