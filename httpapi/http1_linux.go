package httpapi

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// tryWriter writes to a socket without waiting. Not safe for concurrent use.
type tryWriter struct {
	raw     syscall.RawConn
	attempt func(fd uintptr) bool // made once, so that a write allocates nothing

	pending []byte
	n       int
	err     error
}

// newTryWriter returns nil for a connection without a file descriptor.
func newTryWriter(conn net.Conn) *tryWriter {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	w := &tryWriter{raw: raw}
	w.attempt = func(fd uintptr) bool {
		w.n, w.err = unix.Write(int(fd), w.pending)
		return true // done, whatever came of it: never wait
	}
	return w
}

// write writes as much of p as there is room for, which may be nothing.
func (w *tryWriter) write(p []byte) (int, error) {
	w.pending = p
	err := w.raw.Write(w.attempt)
	w.pending = nil
	if err != nil {
		return 0, err
	}
	if errors.Is(w.err, unix.EAGAIN) || errors.Is(w.err, unix.EINTR) {
		return 0, nil
	}
	return max(w.n, 0), w.err
}
