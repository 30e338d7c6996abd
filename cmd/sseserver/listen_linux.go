//go:build linux && !portable

package main

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// listenConfig returns how listeners are opened. A connection inherits the options
// of its listener, so they are set on that, and not with some system calls on each
// connection, as net does it.
func listenConfig() net.ListenConfig {
	config := net.ListenConfig{KeepAlive: -1, Control: setOptions}
	config.SetMultipathTCP(false) // its listeners hand these options on in newer kernels only
	return config
}

// maxNotSent is how many bytes the kernel takes for a connection beyond what is on
// its way to the client; it lets a writer go on when half of them was sent. Without
// this bound it takes megabytes, and waits for a third of them: a client that reads
// slowly would look like one that does not read.
const maxNotSent = 8 << 10

// setOptions turns the keep-alive probes on, as in net: nine of them, 15 seconds
// apart, when nothing was heard for as long. And it bounds what is not sent.
func setOptions(_, _ string, socket syscall.RawConn) error {
	var err error
	failed := socket.Control(func(fd uintptr) {
		err = errors.Join(
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxNotSent),
		)
	})
	return errors.Join(failed, err)
}
