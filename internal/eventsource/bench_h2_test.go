package eventsource_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"sseserver/internal/eventsource"
	"sseserver/internal/eventstream"
)

// bareH2 is a server of HTTP/2 that costs next to nothing: it accepts every
// request as an event stream, without looking at it, and sends the same event
// on all streams when it is asked to.
type bareH2 struct {
	net.Listener
	events *sync.WaitGroup // counts down with each event that a client reports

	mu    sync.Mutex
	conns []*bareConn
}

type bareConn struct {
	conn net.Conn

	mu      sync.Mutex // guards the writing side of the framer, and what follows
	framer  *http2.Framer
	w       *bufio.Writer
	streams []uint32
}

// bareHead is ":status: 200" and "content-type: text/event-stream" in HPACK: an
// indexed field, and a literal with an indexed name that is not added to the
// table (RFC 7541, section 6).
var bareHead = []byte("\x88\x0f\x10\x11text/event-stream")

const streamsPerConn = 250

func newBareH2(b *testing.B) (s *bareH2, stop func()) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s = &bareH2{Listener: l, events: new(sync.WaitGroup)}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c := &bareConn{conn: conn, w: bufio.NewWriter(conn)}
			c.framer = http2.NewFramer(c.w, conn)
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			served.Go(c.serve)
		}
	})
	return s, func() {
		l.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			c.conn.Close()
		}
		s.mu.Unlock()
		served.Wait()
	}
}

func (c *bareConn) serve() {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c.conn, preface); err != nil {
		return
	}
	c.framer.SetReuseFrames()
	c.answer(func() error {
		return c.framer.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: streamsPerConn})
	})
	for {
		f, err := c.framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				c.answer(c.framer.WriteSettingsAck)
			}
		case *http2.HeadersFrame:
			c.answer(func() error {
				c.streams = append(c.streams, f.StreamID)
				return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: f.StreamID, BlockFragment: bareHead, EndHeaders: true})
			})
		}
	}
}

func (c *bareConn) answer(write func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = write() // a client that left is seen by the next read
	_ = c.w.Flush()
}

// send sends the event on all streams and waits until it is reported on all.
func (s *bareH2) send(b *testing.B, event []byte) {
	s.mu.Lock()
	conns := s.conns
	s.mu.Unlock()
	for _, c := range conns {
		c.answer(func() error {
			s.events.Add(len(c.streams))
			for _, id := range c.streams {
				if err := c.framer.WriteData(id, false, event); err != nil {
					b.Error(err)
				}
			}
			return nil
		})
	}
	s.events.Wait()
}

// manyStreams opens n streams at a server of their own. leave ends both.
func manyStreams(b *testing.B, n int) (server *bareH2, leave func()) {
	b.Helper()
	server, stop := newBareH2(b)
	tr := &eventsource.Transport{Protocol: eventsource.H2C}
	c := &crowd{events: server.events}
	c.opened.Add(n)
	ctx, cancel := context.WithCancel(b.Context())
	var ran sync.WaitGroup
	for range n {
		s, err := eventsource.New(eventsource.Config{URL: "http://" + server.Addr().String(), Handler: c, Transport: tr})
		if err != nil {
			b.Fatal(err)
		}
		ran.Go(func() { _ = s.Run(ctx) })
	}
	c.opened.Wait()
	return server, func() {
		cancel()
		ran.Wait()
		tr.CloseIdleConnections()
		stop()
	}
}

// crowd is the handler of all streams.
type crowd struct {
	opened sync.WaitGroup
	events *sync.WaitGroup
}

func (c *crowd) Open(eventsource.Opened) { c.opened.Done() }
func (c *crowd) Event(eventstream.Event, time.Time) error {
	c.events.Done()
	return nil
}
func (*crowd) Comment([]byte, time.Time)               {}
func (*crowd) ReadDone(eventsource.Read) time.Duration { return 0 }
func (*crowd) Closed(eventsource.Closed)               {}

// BenchmarkH2C opens streams over loopback TCP, or has an event on each, at a
// server that costs next to nothing, so nearly all is the client's. B/stream is
// what a stream holds that waits for its second event.
func BenchmarkH2C(b *testing.B) {
	b.Run("open", func(b *testing.B) {
		const streams = 2000
		b.ReportAllocs()
		var heap, stacks float64
		rounds := 0
		for left := b.N; left > 0; left -= streams {
			b.StopTimer()
			heapBefore, stacksBefore := inUse()
			b.StartTimer()
			server, leave := manyStreams(b, min(left, streams))
			b.StopTimer()
			server.send(b, []byte(oneEvent))
			h, s := inUse()
			heap, stacks = heap+h-heapBefore, stacks+s-stacksBefore
			rounds++
			leave()
		}
		b.ReportMetric(heap/float64(b.N), "heapB/stream")
		b.ReportMetric(stacks/float64(b.N), "stackB/stream")
	})
	b.Run("event", func(b *testing.B) {
		const streams = 1000
		server, leave := manyStreams(b, streams)
		defer leave()
		server.send(b, []byte(oneEvent))
		b.ReportAllocs()
		b.ResetTimer()
		for i := 0; i < b.N; i += streams {
			server.send(b, []byte(oneEvent))
		}
	})
}

// inUse is what the heap and the stacks hold, in bytes.
func inUse() (heap, stacks float64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(m.StackInuse)
}
