package eventsource_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
)

const oneEvent = "id: 41\n" +
	`data: {"messageId":"5b0e1a52-6c1f-4f0e-9d3f-0a1b2c3d4e5f","chunk":"H","position":41,"total":500}` + "\n\n"

// counter is a handler that tells when as many events as expected have come.
type counter struct {
	left int
	done chan struct{}
}

func (c *counter) Event(eventstream.Event, time.Time) error {
	if c.left--; c.left == 0 {
		c.done <- struct{}{}
	}
	return nil
}
func (*counter) Open(eventsource.Opened)                 {}
func (*counter) Comment([]byte, time.Time)               {}
func (*counter) ReadDone(eventsource.Read) time.Duration { return 0 }
func (*counter) Closed(eventsource.Closed)               {}

// steadyStream opens a stream over loopback TCP and returns a function that
// sends the given number of events in one write, in chunked coding, and waits
// until the client has reported them.
func steadyStream(t testing.TB, events int, tr *eventsource.Transport) (exchange func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{done: make(chan struct{})}
	s, err := eventsource.New(eventsource.Config{URL: "http://" + listener.Addr().String(), Handler: c, NoReconnect: true, Transport: tr})
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ran <- s.Run(ctx) }()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readRequest(conn); err != nil {
		t.Fatal(err)
	}
	write(conn, okHead+"Transfer-Encoding: chunked\r\n\r\n")
	body := strings.Repeat(fmt.Sprintf("%x\r\n%s\r\n", len(oneEvent), oneEvent), events)
	piece := []byte(body)
	t.Cleanup(func() {
		cancel()
		<-ran
		conn.Close()
		listener.Close()
	})
	return func() {
		c.left = events
		if _, err := conn.Write(piece); err != nil {
			t.Error(err)
		}
		<-c.done
	}
}

func TestNoAllocationsInSteadyState(t *testing.T) {
	for _, tr := range transports() {
		exchange := steadyStream(t, 5, tr)
		if n := testing.AllocsPerRun(200, exchange); n != 0 {
			t.Errorf("polled %v: %v allocations for 5 events", tr.Poll, n)
		}
	}
}

// BenchmarkClient is the whole path over loopback TCP, the write of the server
// included.
func BenchmarkClient(b *testing.B) {
	for _, tr := range transports() {
		for _, events := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("polled %v, %d events a write", tr.Poll, events), func(b *testing.B) {
				exchange := steadyStream(b, events, tr)
				b.ReportAllocs()
				for i := 0; i < b.N; i += events {
					exchange()
				}
			})
		}
	}
}
