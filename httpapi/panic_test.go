package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
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

func (p panicking) Subscribe(ctx context.Context, r broker.Request) (*broker.Subscription, error) {
	if r.Kind == broker.Progress {
		panic("of glass")
	}
	return p.Broker.Subscribe(ctx, r)
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

// hollow gives a stream by words a text that is not there, so that its streamer
// panics as soon as it reads it.
type hollow struct{ httpapi.Broker }

func (h hollow) Subscribe(ctx context.Context, r broker.Request) (*broker.Subscription, error) {
	if r.Unit == actors.Character {
		return h.Broker.Subscribe(ctx, r)
	}
	status, err := h.Broker.Lookup(ctx, r.MessageID)
	if err != nil {
		return nil, err
	}
	text := status.Message.Text
	status.Message.Text = hollowString(len(text))
	defer func() { status.Message.Text = text }()
	return h.Broker.Subscribe(ctx, r)
}

// hollowString returns a string that cannot be read.
func hollowString(size int) string {
	header := struct {
		data *byte
		size int
	}{nil, size}
	return *(*string)(unsafe.Pointer(&header))
}

// A panic in a streamer ends its stream alone, properly, and is logged once. The
// other streams of the same message go on.
func TestPanicInStreamer(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{Wrap: func(b httpapi.Broker) httpapi.Broker { return hollow{b} }})
		id := server.Submit("Hi there")
		other := server.Open(protocol, "/progress/"+id+"?interval=1m")
		other.WantOpening()
		other.WantPercent(1)
		panicking := server.Open(protocol, "/stream/"+id+"?interval=1ms&unit=word")
		panicking.WantOpening()
		panicking.WantEnd()
		closed := server.Await("stream.closed", 1)[0]
		stack, _ := closed.Fields["stack"].(string)
		if closed.Level != zapcore.ErrorLevel || closed.Fields["reason"] != "internal_error" || closed.Fields["chunks"] != int64(0) ||
			closed.Fields["error"] != "actors: panic: runtime error: invalid memory address or nil pointer dereference" ||
			!strings.Contains(stack, "actors.(*words).Next") || !strings.Contains(stack, "actors.(*Streamer).Run") {
			t.Errorf("the log says %v %v", closed.Level, closed.Fields)
		}
		if ttfc, has := closed.Fields["ttfc_ms"]; has {
			t.Errorf("the log says when the first chunk was sent, after %v ms, but there was none", ttfc)
		}
		next := server.Open(protocol, "/stream/"+id+"?interval=1ms")
		next.WantOpening()
		next.WantText(0, "Hi there")
		other.Close()
		stacks := 0
		server.Await("stream.closed", 3)
		for _, line := range server.Log.All() {
			if _, has := line.Fields["stack"]; has {
				stacks++
			}
		}
		if stacks != 1 {
			t.Errorf("%d lines of the log have a stack, want 1", stacks)
		}
	})
}
