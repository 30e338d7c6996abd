//go:build linux && !portable

package main

import (
	"errors"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// listenConfig returns how listeners are opened. A connection inherits the options
// of its listener, so they are set on that, and not with some system calls on each
// connection, as net does it.
func listenConfig(writeTimeout time.Duration) net.ListenConfig {
	config := net.ListenConfig{KeepAlive: -1, Control: func(_, _ string, socket syscall.RawConn) error {
		return setOptions(socket, goneAfter(writeTimeout))
	}}
	config.SetMultipathTCP(false) // its listeners hand these options on in newer kernels only
	return config
}

// What the kernel holds for one connection, in bytes.
const (
	// maxNotSent is what it takes beyond what is on its way to the client; it lets
	// a writer go on when half of that was sent. Without this bound it takes
	// megabytes, and waits for a third of them: a client that reads slowly would
	// look like one that does not read.
	maxNotSent = 8 << 10

	// sendBuffer and receiveBuffer are half of the most that it holds of what the
	// client has not confirmed, and of what the server has not read: it doubles
	// them, for what it keeps beside the bytes. Unbounded they grow to megabytes,
	// for a client that confirms nothing, or sends single bytes on a connection
	// that a stream has taken over. The price: a connection with a round trip of
	// 100 ms takes about 1 MB/s, and a message of 1 MiB needs 1.6 s over it.
	sendBuffer    = 64 << 10
	receiveBuffer = 64 << 10
)

// setOptions bounds the buffers, and has the kernel end a connection whose client
// has vanished.
//
// A silent client is asked every five seconds, after a silence of 15, whether it is
// still there. One that has not answered for as long as gone is not; nor is one
// that has not confirmed what was sent to it, or that has not taken any of it, for
// as long.
func setOptions(socket syscall.RawConn, gone time.Duration) error {
	var err error
	failed := socket.Control(func(fd uintptr) {
		set := func(level, option, value int) {
			err = errors.Join(err, unix.SetsockoptInt(int(fd), level, option, value))
		}
		set(unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer)
		set(unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
		set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
		set(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, int(keepAlive.Idle.Seconds()))
		set(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(keepAlive.Interval.Seconds()))
		set(unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepAlive.Count) // which TCP_USER_TIMEOUT overrides
		set(unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(gone.Milliseconds()))
		set(unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxNotSent)
	})
	return errors.Join(failed, err)
}

// goneAfter returns after which time without a sign of life a client is gone. A
// client that is there but takes nothing is the write timeout's to judge, which
// therefore comes first. With the longest time between two probes, or two
// heartbeats, that makes less than a minute, unless the write timeout is longer.
func goneAfter(writeTimeout time.Duration) time.Duration {
	return max(25*time.Second, writeTimeout+15*time.Second)
}
