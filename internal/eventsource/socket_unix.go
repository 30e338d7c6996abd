//go:build unix && !portable

package eventsource

import (
	"io"
	"net"
	"sync"
	"syscall"
)

// socket reads a TCP connection with a borrowed buffer. A Read of the net
// package must be handed its buffer before it waits; here the wait comes first,
// so that a client that waits holds none.
type socket struct {
	raw   syscall.RawConn
	drain func(fd uintptr) bool // the method below, bound once
	limit int                   // of one read, in bytes

	// Of the running each.
	take func([]byte) bool
	err  error
}

// readBuffers are lent for the time from a read to the end of its interpretation.
var readBuffers = sync.Pool{New: func() any { return new([maxRead]byte) }}

func newSocket(conn *net.TCPConn, limit int) input {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	s := &socket{raw: raw, limit: limit}
	s.drain = s.drainNow
	return s
}

func (s *socket) each(take func(b []byte) bool) error {
	s.take, s.err = take, nil
	if err := s.raw.Read(s.drain); err != nil {
		return err
	}
	return s.err
}

// drainNow reads until there is nothing left, and returns false to be called
// again when there is something. It returns true when take has had enough or
// reading has failed.
//
// A read that was short is no proof that nothing is left: an end or a reset of
// the connection that came with the last bytes is seen only by one more read,
// and the poller does not wake twice for them.
func (s *socket) drainNow(fd uintptr) bool {
	buf := readBuffers.Get().(*[maxRead]byte)
	defer readBuffers.Put(buf)
	for {
		n, err := readNow(int(fd), buf[:s.limit])
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			s.err = err
			return true
		case n == 0:
			s.err = io.EOF
			return true
		}
		if !s.take(buf[:n]) {
			return true
		}
	}
}
