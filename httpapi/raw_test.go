package httpapi_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// What follows is said to the server byte by byte, over loopback connections
// where not told otherwise.

// say opens a connection and sends text, in which {id} is a stored message.
func say(t *testing.T, server *ssetest.Server, id, text string) *bufio.Reader {
	t.Helper()
	return bufio.NewReader(sayOn(t, server.Dial(), id, text))
}

func sayOn(t *testing.T, conn net.Conn, id, text string) net.Conn {
	t.Helper()
	if _, err := io.WriteString(conn, strings.ReplaceAll(text, "{id}", id)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// wantResponse reads one response, whose body it leaves to be read.
func wantResponse(t *testing.T, from *bufio.Reader, status int) *http.Response {
	t.Helper()
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Request = &http.Request{Method: "GET"} // to be named in messages
	if resp.StatusCode != status {
		t.Fatalf("%s, want %d", resp.Status, status)
	}
	return resp
}

// wantEOF wants the connection closed, with nothing more said.
func wantEOF(t *testing.T, from *bufio.Reader) {
	t.Helper()
	if rest, err := io.ReadAll(from); err != nil || len(rest) > 0 {
		t.Errorf("got %q, %v; want the end of the connection", rest, err)
	}
}

// An HTTP/1.0 client gets the body as it is, ended by the end of the connection.
func TestHTTP10(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("Hi")
	for _, fields := range []string{"", "Connection: keep-alive\r\n", "Host: a\r\nConnection: close\r\n"} {
		from := say(t, server, id, "GET /stream/{id}?interval=1ms HTTP/1.0\r\n"+fields+"\r\n")
		resp := wantResponse(t, from, 200)
		if len(resp.TransferEncoding) > 0 || resp.ContentLength != -1 || !resp.Close {
			t.Errorf("Transfer-Encoding %v, length %d, closes %t; want none, unknown and true", resp.TransferEncoding, resp.ContentLength, resp.Close)
		}
		stream := ssetest.Read(t, resp)
		stream.WantOpening()
		stream.WantText(0, "Hi")
		wantEOF(t, from)
	}
}

// A request behind that for a stream is not answered, and takes nothing away
// from the stream (RFC 9112 §9.6).
func TestPipelined(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("Hi")
	from := say(t, server, id, ""+
		"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"+
		"GET /stream/{id}?interval=1ms HTTP/1.1\r\nHost: a\r\n\r\n"+
		"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"+strings.Repeat("x", 100_000))
	before := wantResponse(t, from, 200)
	if body, err := io.ReadAll(before.Body); string(body) != "ok\n" || err != nil {
		t.Errorf("the answer before the stream: %q, %v", body, err)
	}
	stream := ssetest.Read(t, wantResponse(t, from, 200))
	stream.WantOpening()
	stream.WantText(0, "Hi")
	wantEOF(t, from)
}

// What only looks like the preface of HTTP/2 (RFC 9113 §3.4) is no request: with
// fields, with a body, behind another request, or where HTTP/1.1 was agreed.
func TestNoPreface(t *testing.T) {
	const served = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
	server := ssetest.Start(t, ssetest.Config{})
	for _, text := range []string{
		"PRI * HTTP/2.0\r\nHost: a\r\n\r\nSM\r\n\r\n",
		"PRI * HTTP/2.0\r\nA: b\r\n\r\nSM\r\n\r\n",
		"PRI * HTTP/2.0\r\nHost: a\r\nContent-Length: 39\r\n\r\n" + served,
		"PRI * HTTP/1.1\r\nHost: a\r\n\r\nSM\r\n\r\n",
		served + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		served + "PRI * HTTP/2.0\r\nHost: a\r\n\r\nSM\r\n\r\n",
	} {
		for _, protocol := range []ssetest.Protocol{ssetest.HTTP1, ssetest.HTTPS} {
			from := bufio.NewReader(sayOn(t, dialFor(server, protocol), "", text))
			if strings.HasPrefix(text, served) {
				_, _ = io.ReadAll(wantResponse(t, from, 200).Body)
			}
			if refused := wantResponse(t, from, 400); !refused.Close {
				t.Errorf("%q: the connection is kept", text)
			}
		}
	}
	from := bufio.NewReader(sayOn(t, dialFor(server, ssetest.HTTPS), "", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	wantResponse(t, from, 400)
}

// A body on a GET is no reason to refuse it, and is not for us.
func TestStreamWithBody(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("Hi")
	for _, body := range []string{
		"Content-Length: 4\r\n\r\nbody", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n",
	} {
		from := say(t, server, id, "GET /stream/{id}?interval=1ms HTTP/1.1\r\nHost: a\r\n"+body)
		stream := ssetest.Read(t, wantResponse(t, from, 200))
		stream.WantOpening()
		stream.WantText(0, "Hi")
		wantEOF(t, from)
	}
}

// Ways to leave a stream over HTTP/1.
func TestLeave(t *testing.T) {
	ways := map[string]func(*net.TCPConn) error{
		"close": (*net.TCPConn).Close,
		"reset": func(conn *net.TCPConn) error {
			return errors.Join(conn.SetLinger(0), conn.Close())
		},
		"half-close": (*net.TCPConn).CloseWrite,
		"unread": func(conn *net.TCPConn) error { // closes with bytes on the way, in both directions
			_, err := conn.Write(make([]byte, 1000))
			return errors.Join(err, conn.Close())
		},
	}
	for name, leave := range ways {
		for _, minor := range []string{"0", "1"} {
			t.Run(name+"/HTTP/1."+minor, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Heartbeat: 50 * time.Millisecond}})
				id := server.Submit("Hi")
				conn := server.Dial().(*net.TCPConn)
				from := bufio.NewReader(sayOn(t, conn, id, "GET /progress/{id}?interval=1m HTTP/1."+minor+"\r\nHost: a\r\n\r\n"))
				stream := ssetest.Read(t, wantResponse(t, from, 200))
				stream.WantOpening()
				stream.WantPercent(1)
				if err := leave(conn); err != nil {
					t.Fatal(err)
				}
				closed := server.Await("stream.closed", 1)[0]
				if closed.Fields["reason"] != "client_gone" || closed.Fields["chunks"] != int64(1) {
					t.Errorf("the log says %v", closed.Fields)
				}
			})
		}
	}
}

// A client that does not close its connection when the stream has ended is
// waited for, but not for long.
func TestLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		server.Client(ssetest.HTTP1).CloseIdleConnections()
		from := bufio.NewReader(sayOn(t, server.Dial(), id, "GET /stream/{id}?interval=1ms HTTP/1.1\r\nHost: a\r\n\r\n"))
		stream := ssetest.Read(t, wantResponse(t, from, 200))
		stream.WantOpening()
		stream.WantText(0, "Hi")
		wantEOF(t, from)
		time.Sleep(time.Second - time.Millisecond)
		if got := server.API.Conns(); got != 1 {
			t.Errorf("%d connections within the second, want 1", got)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if got := server.API.Conns(); got != 0 {
			t.Errorf("%d connections after it, want 0", got)
		}
	})
}

// A cancelled stream of HTTP/2 leaves the others on its connection alone.
func TestLeaveHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		leaving := server.Open(ssetest.H2C, "/stream/"+id+"?interval=10s")
		staying := server.Open(ssetest.H2C, "/stream/"+id+"?interval=14s")
		leaving.Close()
		synctest.Wait()
		if closed := server.Log.Only("stream.closed"); closed.Fields["reason"] != "client_gone" {
			t.Errorf("the log says %v", closed.Fields)
		}
		staying.WantOpening()
		staying.WantText(0, "Hi")
		if got := server.API.Conns(); got != 2 {
			t.Errorf("%d connections, want that of Submit and the one of both streams", got)
		}
	})
}

// Bodies whose framing lies.
func TestSendTorn(t *testing.T) {
	const head = "POST /send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	tests := map[string]struct {
		text   string
		status int
	}{
		"shorter than it says":    {head + "Content-Length: 100\r\n\r\n{\"message\":\"Hi\"}", 400},
		"longer than it says":     {head + "Connection: close\r\nContent-Length: 15\r\n\r\n{\"message\":\"Hi\"}", 400},
		"chunk without its size":  {head + "Transfer-Encoding: chunked\r\n\r\n{\"message\":\"Hi\"}\r\n0\r\n\r\n", 400},
		"chunk of a wrong size":   {head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"message\":\"Hi\"}\r\n0\r\n\r\n", 400},
		"chunk of a huge size":    {head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{\"message\":\"Hi\"}\r\n", 400},
		"no final chunk":          {head + "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"message\":\"Hi\"}\r\n", 400},
		"negative length":         {head + "Content-Length: -1\r\n\r\n{}", 400},
		"two lengths":             {head + "Content-Length: 16\r\nContent-Length: 2\r\n\r\n{\"message\":\"Hi\"}", 400},
		"no length":               {head + "\r\n", 400},
		"huge length":             {head + "Content-Length: 9223372036854775807\r\n\r\n{}", 413},
		"unknown coding":          {head + "Transfer-Encoding: gzip\r\n\r\n{\"message\":\"Hi\"}", 501},
		"no host":                 {"POST /send HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400},
		"NUL in a field":          {"GET /livez HTTP/1.1\r\nHost: a\r\nLast-Event-ID: \x00\r\n\r\n", 400},
		"header of 10 MB":         {"GET /livez HTTP/1.1\r\nHost: a\r\nX-Large: " + strings.Repeat("x", 10<<20) + "\r\n\r\n", 431},
		"100 000 fields":          {"GET /livez HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 100_000) + "\r\n", 431},
		"path of 1 MB":            {"GET /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431},
		"unknown version":         {"GET /livez HTTP/3.7\r\nHost: a\r\n\r\n", 505},
		"not HTTP":                {"Hello?\r\n\r\n", 400},
		"expects something":       {head + "Expect: miracles\r\nContent-Length: 16\r\n\r\n{\"message\":\"Hi\"}", 417},
		"too long and not begun":  {head + "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n", 413},
		"expects 100 and is sent": {head + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n{\"message\":\"Hi\"}", 100},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{})
			conn := server.Dial().(*net.TCPConn)
			go func() { // ends when the server has read it, or closed the connection
				_, _ = io.WriteString(conn, test.text)
				_ = conn.CloseWrite()
			}()
			resp := wantResponse(t, bufio.NewReader(conn), test.status)
			if _, err := io.ReadAll(resp.Body); err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Error(err)
			}
			server.Submit("still fine")
		})
	}
}

// Whoever sends a head or a body drop by drop, or reads nothing of a long
// answer, is cut off, and so does not hold a connection for ever.
func TestSlowLoris(t *testing.T) {
	tests := map[string]struct {
		text, drop string
		after      time.Duration
	}{
		"nothing":        {"", "", 10 * time.Second},
		"head":           {"GET /livez HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", 10 * time.Second},
		"second head":    {"GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /livez HTTP/1.1\r\n", "X: y\r\n", 10 * time.Second},
		"body":           {"POST /send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", " ", 10 * time.Second},
		"refused body":   {"POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "x", 10 * time.Second},
		"unwanted body":  {"DELETE /messages/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 10 * time.Second},
		"idle":           {"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", "", 2 * time.Minute},
		"HTTP/2 preface": {"PRI * HTTP/2.0\r\n\r\nSM\r\n", "", 10 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true})
				conn := sayOn(t, server.Dial(), "", test.text)
				start := time.Now()
				var dropping sync.WaitGroup
				dropping.Go(func() { // ends with the connection
					for test.drop != "" {
						time.Sleep(time.Second)
						if _, err := io.WriteString(conn, test.drop); err != nil {
							return
						}
					}
				})
				_, _ = io.Copy(io.Discard, conn)
				// net/http waits for half a second that its client closes first.
				if took := time.Since(start); took < test.after || took > test.after+time.Second {
					t.Errorf("cut off after %v, want %v", took, test.after)
				}
				conn.Close()
				dropping.Wait()
				synctest.Wait()
				if got := server.API.Conns(); got != 0 {
					t.Errorf("%d connections are left", got)
				}
			})
		})
	}
}

// Frames that are larger than what a socket takes at once arrive whole.
func TestLargeFrames(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{WrapConn: func(conn net.Conn) net.Conn {
			_ = conn.(*net.TCPConn).SetWriteBuffer(4096)
			return conn
		}})
		text := strings.Repeat("x", 300_000) + " " + strings.Repeat("y", 300_000)
		stream := server.Open(protocol, "/stream/"+server.Submit(text)+"?interval=1ms&unit=word")
		stream.WantOpening()
		stream.WantText(0, text)
	})
}
