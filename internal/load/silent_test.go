package load

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

// A stream that delivers nothing is not good, whatever else may be said of it.
func TestNothingArrives(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	tests := map[string]string{ // what the server sends
		"comments only":  head + "\r\n: hello\n\n: still here\n\n",
		"head only":      head + "\r\n",
		"half an event":  head + "\r\ndata: x\n",
		"chunks broken":  head + "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
		"only a comment": head + "Transfer-Encoding: chunked\r\n\r\n4\r\n: x\n\r\nnonsense\r\n",
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := quick(Config{URLs: []string{"http://" + startAnswering(t, answer)}, Duration: 200 * time.Millisecond, Drain: 300 * time.Millisecond})
			c.Interval = 0
			got := mustRun(t, c).Tally.Counts
			if got.Streams != 8 || got.Judged != 8 || got.Good != 0 || got.Events != 0 {
				t.Errorf("want 8 streams, none of them good: %+v", got)
			}
		})
	}
}

// startAnswering gives the same answer to every request, and leaves the
// connection open.
func startAnswering(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() { // ends with the listener
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { // ends when the client closes
				defer conn.Close()
				in := bufio.NewReader(conn)
				if _, err := http.ReadRequest(in); err == nil {
					_, _ = io.WriteString(conn, answer)
					_, _ = io.Copy(io.Discard, in)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// A stream that opens as the steady window ends is not blamed for an event that
// could not have come yet: the drain waits for it.
func TestLateStreamsAreJudgedFairly(t *testing.T) {
	url := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(200 * time.Millisecond): // what a slow first event is
			_, _ = io.WriteString(w, "data: x\n\n")
			_ = http.NewResponseController(w).Flush()
			silent(w, r)
		case <-r.Context().Done():
		}
	})
	c := quick(Config{URLs: []string{url}, Duration: 10 * time.Millisecond, Drain: time.Minute})
	c.Interval = 0
	result := mustRun(t, c)
	if got := result.Tally.Counts; got.Good != 8 || got.Events != 8 {
		t.Errorf("want 8 good streams of an event each: %+v", got)
	}
	if n := result.Tally.Distributions.Overall(measure.TTFE).TotalCount(); n != 8 {
		t.Errorf("%d times to the first event, want 8", n)
	}
}
