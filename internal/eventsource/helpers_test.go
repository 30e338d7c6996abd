package eventsource_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// journal is a handler that writes down every call, with the time since its
// beginning if it is to be timed. Its funcs, where set, decide the answers.
type journal struct {
	timed time.Time

	onOpen  func()
	onEvent func(data string) error
	onRead  func(eventsource.Read) time.Duration

	mu    sync.Mutex
	lines []string
	bytes int
	reads int
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	if !j.timed.IsZero() {
		line = fmt.Sprintf("%v %s", time.Since(j.timed), line)
	}
	j.lines = append(j.lines, line)
}

func (j *journal) Open(o eventsource.Opened) {
	if o.Resumed {
		j.add("open, resumed")
	} else {
		j.add("open")
	}
	if j.onOpen != nil {
		j.onOpen()
	}
}

func (j *journal) Event(e eventstream.Event, _ time.Time) error {
	j.add("event %q %q id=%q", e.Type, e.Data, e.ID)
	if j.onEvent != nil {
		return j.onEvent(string(e.Data))
	}
	return nil
}

func (j *journal) Comment(text []byte, _ time.Time) { j.add("comment %q", text) }

func (j *journal) ReadDone(r eventsource.Read) time.Duration {
	j.bytes, j.reads = j.bytes+r.Bytes, j.reads+1
	if j.onRead != nil {
		return j.onRead(r)
	}
	return 0
}

func (j *journal) Closed(c eventsource.Closed) {
	line := "closed: " + c.Err.Reason.String()
	if c.Err.Status != 0 {
		line += fmt.Sprintf(" %d", c.Err.Status)
	}
	if c.Final {
		line += ", final"
	} else if c.Wait > 0 {
		line += ", wait " + c.Wait.String()
	}
	j.add("%s", line)
}

func (j *journal) want(t *testing.T, want ...string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.Equal(j.lines, want) {
		t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(j.lines, "\n  "), strings.Join(want, "\n  "))
	}
}

func (j *journal) wantLast(t *testing.T, want string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if n := len(j.lines); n == 0 || j.lines[n-1] != want {
		t.Errorf("got:\n  %s\nwant last: %s", strings.Join(j.lines, "\n  "), want)
	}
}

// run makes a source of the configuration and runs it to its end.
func run(t *testing.T, ctx context.Context, cfg eventsource.Config) *eventsource.Error {
	t.Helper()
	s, err := eventsource.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var end *eventsource.Error
	if err := s.Run(ctx); !errors.As(err, &end) {
		t.Fatalf("Run returned %v, want an *Error", err)
	}
	return end
}

// readRequest reads a request without a body, head and empty line.
func readRequest(c net.Conn) (string, error) {
	var request []byte
	b := make([]byte, 1)
	for !strings.HasSuffix(string(request), "\r\n\r\n") {
		if _, err := c.Read(b); err != nil {
			return "", err
		}
		request = append(request, b[0])
	}
	return string(request), nil
}

// serveRaw answers each connection to a loopback address with what answer
// writes, then closes it. It returns the URL.
func serveRaw(t *testing.T, answer func(c net.Conn, request string)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer c.Close()
				if request, err := readRequest(c); err == nil {
					answer(c, request)
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		served.Wait()
	})
	return "http://" + listener.Addr().String() + "/stream?a=b"
}

func write(c io.Writer, s string) {
	_, _ = io.WriteString(c, s) // a client that left is no matter of the server in a test
}

const okHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"

// chunkedBody is the body in chunks of n bytes, with its end.
func chunkedBody(body string, n int) string {
	var b strings.Builder
	for len(body) > 0 {
		n = min(n, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\n\r\n"
}
