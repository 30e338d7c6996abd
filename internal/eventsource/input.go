package eventsource

import (
	"io"
	"net"
	"sync"
)

// input is where the bytes of a response come from.
type input interface {
	// read waits for the next bytes. They are valid until release.
	read() ([]byte, error)
	// release must follow each read that returned bytes.
	release()
}

// maxRead is the most that one read takes, in bytes.
const maxRead = 16 << 10

// readBuffers are lent to a socket for the time from a read to the end of its interpretation, so
// that a client that waits holds none.
var readBuffers = sync.Pool{New: func() any { return new([maxRead]byte) }}

// ownBuffer is, in bytes, what each reader has that cannot wait without a buffer.
const ownBuffer = 1 << 10

func newInput(r io.Reader, limit int) input {
	if tcp, ok := r.(*net.TCPConn); ok {
		if s := newSocket(tcp, limit); s != nil {
			return s
		}
	}
	if limit <= 0 || limit > ownBuffer {
		limit = ownBuffer
	}
	return &reader{r: r, buf: make([]byte, limit)}
}

// reader reads with a buffer of its own.
type reader struct {
	r   io.Reader
	buf []byte
}

func (r *reader) read() ([]byte, error) {
	n, err := r.r.Read(r.buf)
	return r.buf[:n], err
}

func (r *reader) release() {}
