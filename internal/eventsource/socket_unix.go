//go:build unix

package eventsource

import (
	"io"
	"net"
	"syscall"
)

// socket reads a TCP connection with a borrowed buffer. A Read of the net package must be handed
// its buffer before it waits; here the wait comes first.
type socket struct {
	raw   syscall.RawConn
	try   func(fd uintptr) bool // the method below, bound once
	limit int                   // of one read, in bytes

	// Set by try.
	lent *[maxRead]byte
	n    int
	err  error
}

func newSocket(conn *net.TCPConn, limit int) input {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	if limit <= 0 || limit > maxRead {
		limit = maxRead
	}
	s := &socket{raw: raw, limit: limit}
	s.try = s.tryRead
	return s
}

func (s *socket) read() ([]byte, error) {
	if err := s.raw.Read(s.try); err != nil {
		return nil, err
	}
	if s.n > 0 {
		return s.lent[:s.n], nil
	}
	s.release()
	return nil, s.err
}

// tryRead reads once. It returns false if there is nothing yet, to be called again when there is.
func (s *socket) tryRead(fd uintptr) bool {
	s.lent = readBuffers.Get().(*[maxRead]byte)
	for {
		s.n, s.err = syscall.Read(int(fd), s.lent[:s.limit])
		switch {
		case s.err == syscall.EINTR:
			continue
		case s.err == syscall.EAGAIN:
			s.release()
			return false
		case s.n == 0 && s.err == nil:
			s.err = io.EOF
		}
		return true
	}
}

func (s *socket) release() {
	readBuffers.Put(s.lent)
	s.lent = nil
}
