package ssetest_test

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLoopback(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	readBoth(server)
}

func TestInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		readBoth(server)
	})
}

func readBoth(server *ssetest.Server) {
	id := server.Submit("Hi")
	for _, protocol := range ssetest.Protocols {
		stream := server.Open(protocol, "/stream/"+id+"?interval=1ms")
		stream.WantOpening()
		stream.WantChunk(0, "H")
		stream.WantChunk(1, "i")
		stream.WantDone()

		stream = server.Open(protocol, "/progress/"+id+"?interval=1ms", "Last-Event-ID", "98")
		stream.WantOpening()
		stream.WantResumed(99, true)
		stream.WantPercent(99)
		stream.WantPercent(100)
		stream.WantDone()
	}
}

// A stream that is still open when the test ends is no leak.
func TestStopWithOpenStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		for _, protocol := range ssetest.Protocols {
			server.Open(protocol, "/stream/"+id+"?interval=1m").WantOpening()
		}
	})
}

// dial returns both ends of an in-memory connection that holds room bytes.
func dial(t *testing.T, room int) (client, server *ssetest.Conn) {
	client, server = ssetest.ConnPair(room)
	t.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client, server
}

// What is written beyond the room waits until the other end reads.
func TestConnIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := dial(t, 3)
		written := make(chan error, 1)
		go func() {
			_, err := server.Write([]byte("Hello"))
			written <- err
		}()
		synctest.Wait()
		select {
		case <-written:
			t.Fatal("five bytes fit into the room of three")
		default:
		}
		got := make([]byte, 5)
		if _, err := io.ReadFull(client, got); err != nil || string(got) != "Hello" {
			t.Fatalf("read %q, %v", got, err)
		}
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		if got := client.Received(); !slices.EqualFunc(got, []string{"Hello"}, func(b []byte, s string) bool { return string(b) == s }) {
			t.Errorf("received %q; want the one write", got)
		}
	})
}

func TestConnDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := dial(t, 3)
		start := time.Now()
		_ = client.SetDeadline(start.Add(time.Second))
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("read: %v after %v; want the deadline after 1s", err, time.Since(start))
		}
		_ = client.SetDeadline(start.Add(3 * time.Second))
		n, err := client.Write([]byte("Hello"))
		if n != 3 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("write: %d bytes, %v after %v; want 3 and the deadline after 3s", n, err, time.Since(start))
		}
		_ = client.SetDeadline(time.Time{})
		_, _ = server.Read(make([]byte, 3))
		if _, err := client.Write([]byte("!")); err != nil {
			t.Errorf("write without a deadline: %v", err)
		}
	})
}

func TestConnEnds(t *testing.T) {
	client, server := dial(t, 9)
	_, _ = client.Write([]byte("Bye"))
	_ = client.CloseWrite()
	if got, err := io.ReadAll(server); string(got) != "Bye" || err != nil {
		t.Errorf("after a half-close: read %q, %v; want what was sent before, and the end", got, err)
	}
	if _, err := server.Write([]byte("Oh")); err != nil {
		t.Errorf("after a half-close: write: %v", err)
	}
	client.Close()
	if _, err := server.Write([]byte("?")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("after a close: write: %v; want EPIPE", err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read from the own closed end: %v; want net.ErrClosed", err)
	}
	if _, err := client.Write([]byte("?")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write to the own closed end: %v; want net.ErrClosed", err)
	}
}
