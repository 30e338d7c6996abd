//go:build linux && !portable

package eventsource

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// bindLate lets the kernel choose the local port when it connects, and so knows
// the destination. Else it looks at bind for a port that is free towards
// everybody, which takes it long where thousands are in use or were of late
// (ip(7), IP_BIND_ADDRESS_NO_PORT).
func bindLate(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) // without it, it is only slower
	})
}
