package httpapi_test

import (
	"flag"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
)

var update = flag.Bool("update", false, "write the golden files in testdata instead of comparing with them")

// text has what is easily torn or mangled: clusters of several code points, a
// CRLF, quotes, a backslash, HTML, line separators that are none to SSE, a NUL.
const text = "Né 👨‍👩‍👧 🇫🇷각\r\n\"\\\t</script>\u2028\u0085\x00\u007f\ufeffid: 7\n\ndata: x"

// The whole body of each kind of stream, byte for byte.
func TestGolden(t *testing.T) {
	streams := []struct{ name, path, lastEventID string }{
		{"characters", "/stream/{id}?interval=1ms", ""},
		{"words", "/stream/{id}?interval=1ms&unit=word", ""},
		{"chunk", "/stream/{id}?interval=1ms&unit=chunk", ""},
		{"progress", "/progress/{id}?interval=1ms", ""},
		{"resumed", "/stream/{id}?interval=1ms", "25"},
		{"resumed-at-the-end", "/progress/{id}?interval=1ms", "100"},
		{"not-resumed", "/stream/{id}?interval=1ms&unit=word", "9"},
	}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit(text)
		for _, stream := range streams {
			var header []string
			if stream.lastEventID != "" {
				header = []string{"Last-Event-ID", stream.lastEventID}
			}
			got := ask(t, server, protocol, "GET", strings.ReplaceAll(stream.path, "{id}", id), "", header...)
			wantGolden(t, stream.name+".sse", got.body)
		}
	})
}

func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.SplitAfter(got, "\n"), strings.SplitAfter(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		gotLine, wantLine := lineAt(gotLines, i), lineAt(wantLines, i)
		if gotLine != wantLine {
			t.Fatalf("%s:%d\n got %q\nwant %q\n(go test -update . writes it anew)", path, i+1, gotLine, wantLine)
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing more"
}

// The head and the first block leave at once, and in one write.
func TestHeadHTTP1(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		conn := server.Dial().(*ssetest.Conn)
		io.WriteString(conn, "GET /stream/"+id+"?interval=1m HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 0\r\n\r\n")
		synctest.Wait()
		wantWrites(t, conn, ""+
			"HTTP/1.1 200 OK\r\n"+
			"Cache-Control: no-cache, no-transform\r\n"+
			"Connection: close\r\n"+
			"Content-Type: text/event-stream\r\n"+
			"Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n"+
			"Transfer-Encoding: chunked\r\n"+
			"Vary: Origin\r\n"+
			"X-Accel-Buffering: no\r\n"+
			"X-Request-Id: 02000000-0000-4000-8000-000000000002\r\n"+
			"\r\n"+
			"7c\r\n"+
			": connected\nretry: 2000\n\n"+
			"event: resumed\ndata: {\"messageId\":\"01000000-0000-4000-8000-000000000001\",\"from\":1,\"resumed\":true}\n\n"+
			"\r\n",
			// The last chunk, which is due at once, in one write with what
			// follows it.
			"10b\r\n"+
				"id: 1\ndata: {\"messageId\":\"01000000-0000-4000-8000-000000000001\",\"chunk\":\"i\",\"position\":1,\"total\":2}\n\n"+
				"event: done\nid: end\ndata: {\"messageId\":\"01000000-0000-4000-8000-000000000001\",\"total\":2,\"sha256\":\"3639efcd08abb273b1619e82e78c29a7df02c1051b1820e99fc395dcaa3326b8\"}\n\n"+
				"\r\n"+
				"0\r\n\r\n")
	})
}

// wantWrites checks what the server wrote so far, write by write.
func wantWrites(t *testing.T, conn *ssetest.Conn, want ...string) {
	t.Helper()
	got := conn.Received()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("write %d is missing\nwant %q", i, want[i])
		case i >= len(want):
			t.Fatalf("write %d\n got %q\nwant none", i, got[i])
		case string(got[i]) != want[i]:
			t.Fatalf("write %d\n got %q\nwant %q", i, got[i], want[i])
		}
	}
}

// HTTP/2 forbids Connection and Transfer-Encoding (RFC 9113 §8.2.2).
func TestHeadHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		start := time.Now()
		stream := server.Open(ssetest.H2C, "/stream/"+id+"?interval=1m")
		if opening := stream.WantOpening(); opening.At != start {
			t.Errorf("the first block came after %v; want at once", opening.At.Sub(start))
		}
		want := http.Header{
			"Cache-Control":     {"no-cache, no-transform"},
			"Content-Type":      {"text/event-stream"},
			"Date":              {"Sat, 01 Jan 2000 00:00:00 GMT"},
			"Vary":              {"Origin"},
			"X-Accel-Buffering": {"no"},
			"X-Request-Id":      {"02000000-0000-4000-8000-000000000002"},
		}
		if got := stream.Response.Header; !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
		if stream.Response.ContentLength != -1 {
			t.Errorf("the stream has a Content-Length of %d", stream.Response.ContentLength)
		}
	})
}
