package h2c

import (
	"context"
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/net/http2"
)

// receiving is a window that we opened to the client (RFC 9113 §5.2). Guarded by
// conn.mu.
type receiving struct {
	window int32 // bytes that may come
	owed   int32 // bytes that came and are used up, for which the window was not opened again yet
}

func newReceiving() receiving { return receiving{window: initialWindow} }

// use takes n bytes of the window, and says whether it was open so far.
func (r *receiving) use(n int32) bool {
	r.window -= n
	return r.window >= 0
}

// restore returns by how much the client is to be told now that the window has
// opened: not for each frame, but before it gets short.
func (r *receiving) restore(n int32) (increment uint32) {
	r.owed += n
	if r.owed < initialWindow/2 {
		return 0
	}
	increment = uint32(r.owed)
	r.window += r.owed
	r.owed = 0
	return increment
}

// used lets the client send n more bytes on the connection, under mu.
func (c *conn) used(n int) {
	if increment := c.receiving.restore(int32(n)); increment > 0 {
		_ = c.framer.WriteWindowUpdate(0, increment)
	}
}

// body is that of a request while its handler runs. The handler reads it, in one
// goroutine.
type body struct {
	// Immutable.
	stream   *Stream
	cancel   context.CancelFunc // of the request's context
	by       time.Time          // when it must have been read
	declared int64              // Content-Length; -1 if there is none

	continues bool // the client waits for 100 (RFC 9110 §10.1.1); the handler's

	// Guarded by conn.mu.
	unread    []byte
	err       error // behind unread; nil if more is to come
	received  int64
	receiving receiving
	arrived   chan struct{} // has room for one: unread or err has changed
}

// onData gives data to the body that waits for it.
func (c *conn) onData(frame *http2.DataFrame) error {
	size := int(frame.Length) // with the padding (RFC 9113 §6.9.1)
	if !c.receiving.use(int32(size)) {
		return http2.ConnectionError(http2.ErrCodeFlowControl)
	}
	s, err := c.known(frame.StreamID)
	if err != nil {
		return err
	}
	if s == nil || s.state == halfClosedRemote {
		c.used(size)
		return http2.StreamError{StreamID: frame.StreamID, Code: http2.ErrCodeStreamClosed}
	}
	data, reader := frame.Data(), s.owner.body
	c.used(size - len(data))
	if frame.StreamEnded() {
		s.ended()
	}
	if reader == nil {
		c.used(len(data))
		return nil
	}
	return reader.receive(data, int32(size), frame.StreamEnded())
}

// receive is called under mu.
func (b *body) receive(data []byte, size int32, ended bool) error {
	if b.err == nil {
		b.unread = append(b.unread, data...) // counted by used when it is read or dropped
	} else {
		b.stream.conn.used(len(data)) // it was dropped
	}
	b.received += int64(len(data))
	if !b.receiving.use(size) {
		return http2.StreamError{StreamID: b.stream.id, Code: http2.ErrCodeFlowControl}
	}
	b.opened(int(size) - len(data))
	if ended && b.err == nil {
		b.err = io.EOF
	}
	if b.declared >= 0 && (b.received > b.declared || ended && b.received < b.declared) { // RFC 9113 §8.1.1
		return http2.StreamError{StreamID: b.stream.id, Code: http2.ErrCodeProtocol}
	}
	b.signal()
	return nil
}

// opened lets the client send n more bytes on the stream, under mu.
func (b *body) opened(n int) {
	if increment := b.receiving.restore(int32(n)); increment > 0 && b.stream.state == open {
		_ = b.stream.conn.framer.WriteWindowUpdate(b.stream.id, increment)
	}
}

func (b *body) signal() {
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

// drop ends the body, under mu: what was not read by now never will be.
func (b *body) drop(err error) {
	b.stream.conn.used(len(b.unread))
	b.unread = nil
	b.err = err
	b.signal()
}

// Read fails with os.ErrDeadlineExceeded if the client takes too long, and with
// ErrGone if it leaves.
func (b *body) Read(p []byte) (int, error) {
	if b.continues {
		b.continues = false
		_ = b.stream.writeHead(http.StatusContinue, nil, false)
	}
	var late <-chan time.Time
	for {
		n, err := b.take(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		if late == nil {
			timer := time.NewTimer(time.Until(b.by))
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-b.arrived:
		case <-late:
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// take reads what there is.
func (b *body) take(p []byte) (n int, err error) {
	c := b.stream.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	n = copy(p, b.unread)
	b.unread = b.unread[n:]
	if n > 0 {
		c.used(n)
		b.opened(n)
		return n, nil
	}
	return 0, b.err
}

// Close lets nothing more be read.
func (b *body) Close() error {
	b.stream.conn.mu.Lock()
	defer b.stream.conn.mu.Unlock()
	b.drop(http.ErrBodyReadAfterClose)
	return nil
}
