package httpapi

import (
	"errors"
	"net/http"
	"os"
	"sync"
	"time"
)

// transport is what one stream is written to: the body of one response. One
// goroutine at a time uses it. begin comes first; after an error, or after close,
// only abort may be called.
//
// An error is errStalled if the write blocked for the write timeout. Any other
// means that the client is gone.
type transport interface {
	// begin sends the head of the response, status 200, and the first frames.
	begin(header http.Header, first *buffer) error
	// tryWrite sends frames as far as there is room for now, and returns the rest of
	// them as writeBy wants it.
	tryWrite(frames *buffer) (rest []byte, err error)
	// writeBy waits for room until by. Then it fails with os.ErrDeadlineExceeded
	// and tells how much of rest it has sent.
	writeBy(rest []byte, by time.Time) (n int, err error)
	// close sends the last frames, which may be none, and ends the body as the
	// protocol has it: the final chunk of HTTP/1.1, END_STREAM of HTTP/2.
	close(last *buffer) error
	// abort ends the response without that, so that the client can see that
	// something is missing.
	abort()
}

// errStalled is a write that blocked for the write timeout.
var errStalled = errors.New("httpapi: write timed out")

// write sends frames, and waits for room if it has to.
func (st *stream) write(frames *buffer) error {
	rest, err := st.transport.tryWrite(frames)
	if err != nil || len(rest) == 0 {
		return err
	}
	return st.sendSlowly(rest)
}

// blockedSlice is how often a write that blocks is looked at.
const blockedSlice = time.Second

// sendSlowly waits for room, in slices of a second: an operator is told early,
// and a stream that is no longer wanted does not hold up anything.
func (st *stream) sendSlowly(rest []byte) error {
	timeout := st.server.config.WriteTimeout
	for waited := time.Duration(0); waited < timeout; {
		slice := min(blockedSlice, timeout-waited)
		n, err := st.transport.writeBy(rest, time.Now().Add(slice))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		rest = rest[n:]
		waited += slice
		if !st.blocked() {
			return err
		}
	}
	return errStalled
}

// headroom is what HTTP/1.1 needs before the frames: the size of a chunk in up
// to eight hexadecimal digits, and CRLF.
const headroom = 10

// buffer collects the frames of one write, behind room for the head of an
// HTTP/1.1 chunk. Buffers are shared: a stream that waits, as most do, has none.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return &buffer{make([]byte, headroom, 512)} }}

func newBuffer() *buffer { return buffers.Get().(*buffer) }

// free gives the buffer back, which must not be used after that. One that had
// to grow much, to catch up or for a long chunk, is let go.
func (b *buffer) free() {
	if cap(b.bytes) <= 2*maxHeld {
		b.bytes = b.bytes[:headroom]
		buffers.Put(b)
	}
}

// frames returns what was collected.
func (b *buffer) frames() []byte { return b.bytes[headroom:] }

// size is the number of bytes collected.
func (b *buffer) size() int { return len(b.bytes) - headroom }
