//go:build linux && !portable

package main

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// listenConfig returns how listeners are opened. A connection inherits the
// keep-alive probes of its listener, so they are set on that, and not with four
// system calls on each connection, as net does it.
func listenConfig() net.ListenConfig {
	config := net.ListenConfig{KeepAlive: -1, Control: keepAlive}
	config.SetMultipathTCP(false) // its listeners hand these options on in newer kernels only
	return config
}

// keepAlive turns the probes on: as in net, nine of them, 15 seconds apart, when
// nothing was heard for as long.
func keepAlive(_, _ string, socket syscall.RawConn) error {
	var err error
	failed := socket.Control(func(fd uintptr) {
		err = errors.Join(
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9),
		)
	})
	return errors.Join(failed, err)
}
