package h2c

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// Bounds of what is to be written to a socket, in bytes.
const (
	maxData   = 64 << 10  // at which DATA waits
	maxOutput = 512 << 10 // at which a client is not served any more: it asks and does not read
)

// maxFrame is the size of the longest frame: what every peer takes, and what we
// do (RFC 9113 §4.2).
const maxFrame = 16 << 10

// output is what is to be written to the socket, in whole frames. Guarded by
// conn.mu.
type output struct {
	frames  *[]byte // from outputs; nil while there is nothing
	writing bool    // conn.write runs
}

// outputs are shared: a connection that sends nothing has none.
var outputs = sync.Pool{New: func() any { return new([]byte) }}

func (o *output) size() int {
	if o.frames == nil {
		return 0
	}
	return len(*o.frames)
}

// add appends the parts of a frame.
func (o *output) add(parts ...[]byte) {
	if o.frames == nil {
		o.frames = outputs.Get().(*[]byte)
	}
	for _, part := range parts {
		*o.frames = append(*o.frames, part...)
	}
}

// take returns all there is, for the caller to free.
func (o *output) take() *[]byte {
	frames := o.frames
	o.frames = nil
	return frames
}

func free(frames *[]byte) {
	if cap(*frames) <= 2*maxData {
		*frames = (*frames)[:0]
		outputs.Put(frames)
	}
}

// queueing is the io.Writer of the framer: it appends each frame to the output,
// under mu.
type queueing struct{ *conn }

func (q queueing) Write(frame []byte) (int, error) {
	if q.ended == nil {
		q.output.add(frame)
		q.toWrite()
	}
	return len(frame), nil
}

// addData appends a DATA frame (RFC 9113 §6.1), under mu. The framer could, but
// this is the way of every event, and has no room for another copy of it.
func (c *conn) addData(id uint32, data []byte) {
	var header [9]byte
	binary.BigEndian.PutUint32(header[:], uint32(len(data))<<8|uint32(http2.FrameData))
	binary.BigEndian.PutUint32(header[5:], id)
	c.output.add(header[:], data)
	c.toWrite()
}

// toWrite sees to it, under mu, that what was just appended is written.
func (c *conn) toWrite() {
	if c.output.size() > maxOutput {
		c.ended = ErrStalled
		_ = c.socket.Close() // which ends reading
	}
	if !c.output.writing {
		c.output.writing = true
		c.writing.Add(1)
		go c.write()
	}
}

// write writes until there is nothing to write. One goroutine at a time runs
// it, and none while nothing is sent.
func (c *conn) write() {
	defer c.writing.Done()
	runtime.Gosched() // let all that are due now add theirs
	for frames := c.next(); frames != nil; frames = c.next() {
		err := c.writeAll(*frames)
		free(frames)
		if err != nil {
			c.abandon(err)
			return
		}
	}
}

// next returns what has gathered, after which there is room for more.
func (c *conn) next() *[]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := c.output.take()
	c.output.writing = frames != nil
	if frames != nil {
		c.pump()
	}
	return frames
}

// writeAll fails with ErrStalled if the socket takes nothing for too long. It
// looks each second, as a write that fails has taken something or not, but does
// not tell when.
func (c *conn) writeAll(frames []byte) error {
	timeout := c.server.config.StallTimeout
	for waited := time.Duration(0); waited < timeout; {
		slice := min(time.Second, timeout-waited)
		if err := c.socket.SetWriteDeadline(time.Now().Add(slice)); err != nil {
			return ErrGone
		}
		n, err := c.socket.Write(frames)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return ErrGone
		case n > 0:
			frames, waited = frames[n:], 0
		default:
			waited += slice
		}
	}
	return ErrStalled
}

// abandon ends the connection, of which the client took no more. What it has
// not read is dropped, so that it does not hold kernel memory.
func (c *conn) abandon(cause error) {
	c.mu.Lock()
	if c.ended == nil {
		c.ended = cause
	}
	c.mu.Unlock()
	if tcp, ok := c.socket.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.socket.Close() // which ends reading
}
