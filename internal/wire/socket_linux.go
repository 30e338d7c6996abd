//go:build linux && !portable

package wire

import (
	"net"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket writes to a connection without waiting, and without the locks and the
// poller that make a net.Conn safe for concurrent use: the goroutine that writes
// to it is also the one that closes it. -1 is no socket.
type socket int

// socketOf returns the socket of conn, which must not be used once conn is
// closed.
func socketOf(conn net.Conn) socket {
	s := socket(-1)
	if c, ok := conn.(syscall.Conn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { s = socket(fd) })
		}
	}
	return s
}

// tryWrite is Conn.TryWrite.
func (s socket) tryWrite(p []byte) (int, error) {
	if s < 0 {
		return 0, nil
	}
	// Raw, as this never blocks: the scheduler need not be told. send(2) is the
	// shorter way through the kernel than write(2).
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	switch errno {
	case 0:
		return int(n), nil
	case unix.EAGAIN, unix.EINTR:
		return 0, nil
	default:
		return 0, errno
	}
}

// Unsent returns how many bytes that were written to a connection, taken over or
// not, its other end has not acknowledged yet, and whether that is known.
func Unsent(conn net.Conn) (bytes int, known bool) {
	if c, ok := conn.(syscall.Conn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { bytes, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
		}
	}
	return bytes, true
}

// Silence returns how long nothing has come from the other end of a connection that
// has something to confirm; 0 if it has not, or where that is not known.
func Silence(conn net.Conn) (silence time.Duration) {
	if c, ok := conn.(syscall.Conn); ok {
		_ = control(c, func(fd int) error {
			info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
			if err == nil && (info.Unacked > 0 || info.Probes > 0) {
				silence = time.Duration(info.Last_ack_recv) * time.Millisecond
			}
			return err
		})
	}
	return silence
}

// GaveUp returns whether the system has given a connection up, as nothing came from
// its other end any more. It is told once, here or by a read or write.
func GaveUp(conn net.Conn) (gaveUp bool) {
	if c, ok := conn.(syscall.Conn); ok {
		_ = control(c, func(fd int) error {
			code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
			gaveUp = err == nil && IsSilence(syscall.Errno(code))
			return err
		})
	}
	return gaveUp
}
