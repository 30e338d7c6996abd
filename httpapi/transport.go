package httpapi

import (
	"net/http"
	"sync"
	"time"
)

// transport is what one stream is written to: the body of one response. The
// stream's handler alone uses it. begin comes first, then any number of writes,
// then end and close; after an error only abort may be called.
//
// A write waits for the client. While it does, it asks stream.blocked once a second
// whether to go on, and fails with the answer. Any other error means that the
// client is gone.
type transport interface {
	// begin sends the head of the response, status 200, and the first frames.
	begin(header http.Header, first *buffer) error
	// enough is how many bytes are worth a write of their own, where more follow.
	enough() int
	// write sends frames.
	write(frames *buffer) error
	// end sends the last frames, which may be none, and ends the body as the
	// protocol has it: the final chunk of HTTP/1.1, END_STREAM of HTTP/2.
	end(last *buffer) error
	// unsent is how many bytes of what was written the client's system has not got
	// yet, and whether that is known.
	unsent() (bytes int, known bool)
	// silence is how long the client's system has confirmed nothing, though it should;
	// 0 where that is not known.
	silence() time.Duration
	// gaveUp is whether the connection was given up for such a silence.
	gaveUp() bool
	// close lets go of a response that has ended.
	close()
	// abort ends the response without that, so that the client can see that
	// something is missing.
	abort()
}

// blockedSlice is how often a write that blocks is looked at.
const blockedSlice = time.Second

// headroom is what the chunked coding of HTTP/1.1 needs before the frames: their
// size in up to eight hexadecimal digits, and CRLF.
const headroom = 10

// buffer collects the frames of one write, behind room for the head of an
// HTTP/1.1 chunk. Buffers are shared: a stream that waits, as most do, has none.
type buffer struct {
	bytes []byte
	dues  []time.Duration // of the chunks that are framed, heartbeats left out
}

var buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, headroom, 512)} }}

func newBuffer() *buffer { return buffers.Get().(*buffer) }

// maxHeld bounds the bytes of one write, which is what a stream holds while it is
// blocked. A stream that is further behind than that takes several.
const maxHeld = 64 << 10

// maxPiece is how much of a long chunk is framed before it is written, and how much
// has to get through over TLS or HTTP/2 for a client not to be taken for slow.
const maxPiece = 4 << 10

// free gives the buffer back, which must not be used after that. It has grown to
// what one write takes at most.
func (b *buffer) free() {
	b.empty()
	b.dues = b.dues[:0]
	buffers.Put(b)
}

// empty drops what was collected, but for the dues.
func (b *buffer) empty() { b.bytes = b.bytes[:headroom] }

// frames returns what was collected.
func (b *buffer) frames() []byte { return b.bytes[headroom:] }

// size is the number of bytes collected.
func (b *buffer) size() int { return len(b.bytes) - headroom }
