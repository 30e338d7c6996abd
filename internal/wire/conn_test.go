package wire_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"sseserver/internal/wire"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// taken is a connection that was taken over, and its client.
type taken struct {
	wire.Conn
	client *net.TCPConn
	left   chan struct{} // gets something when the client has left
}

// serve starts a watch and a server, and returns what opens connections that are
// taken over.
func serve(t *testing.T) (watch *wire.Watch, open func() *taken) {
	watch, err := wire.NewWatch()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := watch.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	conns := make(chan *taken, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c := &taken{left: make(chan struct{}, 2)}
		var err error
		if c.Conn, err = watch.TakeOver(w, func() { c.left <- struct{}{} }); err != nil {
			t.Error(err)
		}
		conns <- c
	}))
	t.Cleanup(func() {
		server.Close()
		stop()
		running.Wait()
	})
	return watch, func() *taken {
		client, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		_, _ = io.WriteString(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		c := <-conns
		c.client = client.(*net.TCPConn)
		return c
	}
}

// write sends all of p.
func (c *taken) write(t *testing.T, p []byte) {
	t.Helper()
	n, err := c.TryWrite(p)
	if err == nil && n < len(p) {
		_, err = c.WriteBy(p[n:], time.Now().Add(time.Minute))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWrittenArrives(t *testing.T) {
	_, open := serve(t)
	c := open()
	c.write(t, []byte("Hello, "))
	c.write(t, []byte("world"))
	go c.Close() // which waits for the client
	got, err := io.ReadAll(c.client)
	if string(got) != "Hello, world" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// What is unread does not take the last bytes away with a reset.
func TestCloseWithSomethingUnread(t *testing.T) {
	_, open := serve(t)
	c := open()
	_, _ = c.client.Write(make([]byte, 100_000))
	c.write(t, []byte("the last"))
	go c.Close()
	if got, err := io.ReadAll(c.client); string(got) != "the last" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAbortResets(t *testing.T) {
	_, open := serve(t)
	c := open()
	c.Abort()
	if _, err := bufio.NewReader(c.client).ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
}

// A client that reads nothing makes a write wait until its deadline, and no
// longer. What got through is told.
func TestWriteWaitsUntilItsDeadline(t *testing.T) {
	_, open := serve(t)
	c := open()
	p, sent := make([]byte, 1<<20), 0
	for {
		n, err := c.WriteBy(p, time.Now().Add(10*time.Millisecond))
		sent += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil || sent > 1<<30 {
			t.Fatal(sent, err)
		}
	}
	if n, err := c.TryWrite(p); n == len(p) || err != nil {
		t.Errorf("a full socket took %d bytes, %v", n, err)
	}
	c.Abort()
	if got, _ := io.Copy(io.Discard, c.client); got > int64(sent) {
		t.Errorf("%d bytes arrived of %d that were told", got, sent)
	}
}

// Ways for a client to leave, each of which is told once.
func TestLeft(t *testing.T) {
	for name, leave := range map[string]func(*net.TCPConn) error{
		"close":      (*net.TCPConn).Close,
		"half-close": (*net.TCPConn).CloseWrite,
		"reset":      func(conn *net.TCPConn) error { return errors.Join(conn.SetLinger(0), conn.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			watch, open := serve(t)
			c, other := open(), open()
			if err := leave(c.client); err != nil {
				t.Fatal(err)
			}
			<-c.left
			c.Abort()
			other.write(t, []byte("still here"))
			select {
			case <-other.left:
				t.Error("another client's leave was told")
			case <-c.left:
				t.Error("told twice")
			default:
			}
			other.Abort()
			if got := watch.Watched(); got != 0 {
				t.Errorf("%d connections are still watched", got)
			}
		})
	}
}
