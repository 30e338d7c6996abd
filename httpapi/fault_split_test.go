package httpapi_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"sseserver/httpapi/ssetest"
)

// A stream that is split has no more bytes in a write than it should, and no fewer
// but in the last one of an event.
func TestSplitWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		for size, plan := range map[int]string{1: "split:1", 7: "split:7", 500: "split:500,bom,eol:crlf"} {
			s := script{id: server.Submit("Hi"), text: "Hi", pieces: stored("H", "i"), plan: plan}
			conn := server.Dial().(*ssetest.Conn)
			sayOn(t, conn, s.id, "GET "+s.path("")+" HTTP/1.1\r\nHost: a\r\n\r\n")
			if _, err := io.ReadAll(conn); err != nil {
				t.Fatal(err)
			}
			blocks := s.outcome().blocks // of which the last two come at once
			blocks = append(blocks[:len(blocks)-2], block{text: blocks[len(blocks)-2].text + blocks[len(blocks)-1].text})
			want := 1 // with the final chunk
			for _, block := range blocks {
				want += (len(block.text) + size - 1) / size
			}
			if got := len(conn.Received()); got != want {
				t.Errorf("%s: %d writes, want %d", plan, got, want)
			}
		}
	})
}

// On HTTP/2 and over TLS each of these is a frame or a record of its own.
func TestSplitReads(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, WrapWriter: func(w http.ResponseWriter) http.ResponseWriter {
			return counting{w, t}
		}})
		id := server.Submit("Hello")
		stream := server.Open(protocol, "/stream/"+id+"?fault=split:7")
		stream.WantOpening()
		stream.WantText(0, "Hello")
	})
}

// counting is a response writer that takes no more than seven bytes of a stream.
type counting struct {
	http.ResponseWriter
	t *testing.T
}

func (c counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c counting) Write(p []byte) (int, error) {
	if len(p) > 7 && c.Header().Get("Content-Type") == "text/event-stream" {
		c.t.Errorf("a write of %q", p)
	}
	return c.ResponseWriter.Write(p)
}
