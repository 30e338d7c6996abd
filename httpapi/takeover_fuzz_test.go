package httpapi_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
)

// FuzzTakeOver asks for a stream over HTTP/1.1, with anything before that request,
// in its head and behind it, cut into two anywhere. If the stream is answered, it
// is whole and the last that is said; and nothing is left of it.
func FuzzTakeOver(f *testing.F) {
	const livez = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
	f.Add("", "", "", uint16(0))
	f.Add(livez, "Last-Event-ID: 0\r\n", livez, uint16(40))
	f.Add("\r\n", "Content-Length: 4\r\n", "bodyGET / HTTP/1.1", uint16(7))
	f.Add(livez+livez, "Transfer-Encoding: chunked\r\n", "4\r\nbody\r\n0\r\n\r\n"+livez, uint16(200))
	f.Add("", "Expect: 100-continue\r\nContent-Length: 9\r\n", strings.Repeat("x", 9000), uint16(100))
	f.Add("POST /send HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12", "Connection: close\r\n", "\x00", uint16(60))
	f.Fuzz(func(t *testing.T, before, fields, after string, cut uint16) {
		if all := before + fields + after; strings.Contains(all, "HEAD") || strings.Contains(all, "PRI") {
			return // whose answers are of another form
		}
		synctest.Test(t, func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			id := server.Submit("Hi")
			text := before + "GET /stream/" + id + "?interval=1ms HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + after
			conn := server.Dial()
			at := min(int(cut), len(text))
			go func() { // ends with the connection
				_, _ = io.WriteString(conn, text[:at])
				time.Sleep(time.Millisecond) // until the server has read that
				_, _ = io.WriteString(conn, text[at:])
			}()
			said, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
			wantWholeStreams(t, said)
			synctest.Wait()
			if streams, conns := server.API.Streams(), server.API.Conns(); streams != 0 || conns > 1 {
				t.Errorf("%d streams and %d connections are left", streams, conns)
			}
		})
	})
}

// wantWholeStreams checks that said is a sequence of answers, of which only the
// last may be a stream or not be whole.
func wantWholeStreams(t *testing.T, said []byte) {
	t.Helper()
	from := bufio.NewReader(bytes.NewReader(said))
	for {
		if _, err := from.Peek(1); err == io.EOF {
			return
		}
		resp, err := http.ReadResponse(from, nil)
		if err != nil {
			t.Fatalf("%q: %v", said, err)
		}
		if resp.Header.Get("Content-Type") != "text/event-stream" {
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Fatalf("%q: %v", said, err)
			}
			continue
		}
		resp.Request = new(http.Request) // to be named in messages
		stream := ssetest.Read(t, resp)
		stream.WantOpening()
		if events, err := stream.All(); err != nil || len(events) == 0 || events[len(events)-1].Name != "done" {
			t.Fatalf("%q: %v", said, err)
		}
		if _, err := from.Peek(1); err != io.EOF {
			t.Fatalf("%q: something follows the stream", said)
		}
	}
}
