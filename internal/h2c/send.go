package h2c

import (
	"math"
	"slices"

	"golang.org/x/net/http2"
)

// initialWindow is that of a connection, and of a stream until SETTINGS say
// something else (RFC 9113 §6.9.2), in bytes.
const initialWindow = 65535

// sending is what bounds the data of all streams together. Guarded by conn.mu.
type sending struct {
	window  int32     // of the connection: what the client still takes
	initial int32     // of a new stream
	queue   []*Stream // whose write waits for the connection, first come, first served
}

func newSending() sending { return sending{window: initialWindow, initial: initialWindow} }

// write is a write of a stream that waits for room.
type write struct {
	rest []byte        // what there was no room for yet
	done chan struct{} // closed when nothing is left, or nothing more can be written
}

// put appends as much of p as the client and the output take now, under mu. It
// returns how much.
func (c *conn) put(s *Stream, p []byte) (n int) {
	for n < len(p) {
		size := min(len(p)-n, int(s.window), int(c.sending.window), maxFrame)
		if size <= 0 || c.output.size() >= maxData {
			break
		}
		c.addData(s.id, p[n:n+size])
		s.window -= int32(size)
		c.sending.window -= int32(size)
		n += size
	}
	return n
}

// enqueue lets the write of s, if there is one, wait for the connection, under
// mu; not before the client has opened the window of s.
func (c *conn) enqueue(s *Stream) {
	if s.waiting != nil && s.window > 0 && !slices.Contains(c.sending.queue, s) {
		c.sending.queue = append(c.sending.queue, s)
	}
}

// dequeue forgets the write of s, under mu.
func (c *conn) dequeue(s *Stream) {
	s.waiting = nil
	if i := slices.Index(c.sending.queue, s); i >= 0 {
		c.sending.queue = slices.Delete(c.sending.queue, i, i+1)
	}
}

// pump goes on with the writes that wait, under mu, a frame of each in turn. It
// is called whenever there may be room.
func (c *conn) pump() {
	for len(c.sending.queue) > 0 && c.sending.window > 0 && c.output.size() < maxData {
		s := c.sending.queue[0]
		c.sending.queue = c.sending.queue[1:]
		rest := s.waiting.rest
		n := c.put(s, rest[:min(len(rest), maxFrame)])
		s.waiting.rest = rest[n:]
		if len(s.waiting.rest) == 0 {
			close(s.waiting.done)
			s.waiting = nil
		} else {
			c.enqueue(s)
		}
	}
	if len(c.sending.queue) == 0 {
		c.sending.queue = nil
	}
}

// opened adds to a window, and says whether that stays a valid one (RFC 9113
// §6.9.1).
func opened(window *int32, by int64) bool {
	sum := int64(*window) + by
	if sum > math.MaxInt32 {
		return false
	}
	*window = int32(sum)
	return true
}

func (c *conn) onWindowUpdate(frame *http2.WindowUpdateFrame) error {
	if frame.StreamID == 0 {
		if !opened(&c.sending.window, int64(frame.Increment)) {
			return http2.ConnectionError(http2.ErrCodeFlowControl)
		}
		c.pump()
		return nil
	}
	s, err := c.known(frame.StreamID)
	if s == nil {
		return err
	}
	if !opened(&s.window, int64(frame.Increment)) {
		return http2.StreamError{StreamID: s.id, Code: http2.ErrCodeFlowControl}
	}
	c.enqueue(s)
	c.pump()
	return nil
}

// setInitialWindow changes the windows of all streams by as much as that of new
// ones (RFC 9113 §6.9.2).
func (c *conn) setInitialWindow(size uint32) error {
	change := int64(size) - int64(c.sending.initial)
	c.sending.initial = int32(size) // at most 2^31-1, as was checked
	for _, s := range c.streams {
		if !opened(&s.window, change) {
			return http2.ConnectionError(http2.ErrCodeFlowControl)
		}
		c.enqueue(s)
	}
	return nil
}
