//go:build linux && !portable

package main

import (
	"maps"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A connection has the options that one of net's own listeners has with the same
// keep-alive, and some more.
func TestConnectionsInheritTheirOptions(t *testing.T) {
	own, err := (&net.ListenConfig{KeepAliveConfig: keepAlive}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	want := acceptedOptions(t, own)
	want["TCP_NOTSENT_LOWAT"] = maxNotSent
	want["SO_SNDBUF"] = 2 * sendBuffer // as the kernel does
	want["SO_RCVBUF"] = 2 * receiveBuffer
	for writeTimeout, gone := range map[time.Duration]time.Duration{
		time.Second: 25 * time.Second, 10 * time.Second: 25 * time.Second, time.Minute: 75 * time.Second,
	} {
		public, err := listen("public", "127.0.0.1:0", new(http.Server), writeTimeout)
		if err != nil {
			t.Fatal(err)
		}
		defer public.Close()
		want["TCP_USER_TIMEOUT"] = int(gone.Milliseconds())
		if got := acceptedOptions(t, public); !maps.Equal(got, want) {
			t.Errorf("options of a connection: %v, want %v", got, want)
		}
	}
}

// acceptedOptions returns the options of a connection that the listener accepts.
func acceptedOptions(t *testing.T, listener net.Listener) map[string]int {
	t.Helper()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	options := make(map[string]int)
	if err := raw.Control(func(fd uintptr) {
		for name, option := range map[string][2]int{
			"SO_KEEPALIVE":  {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
			"SO_SNDBUF":     {unix.SOL_SOCKET, unix.SO_SNDBUF},
			"SO_RCVBUF":     {unix.SOL_SOCKET, unix.SO_RCVBUF},
			"TCP_KEEPIDLE":  {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
			"TCP_KEEPINTVL": {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
			"TCP_KEEPCNT":   {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
			"TCP_NODELAY":   {unix.IPPROTO_TCP, unix.TCP_NODELAY},

			"TCP_USER_TIMEOUT":  {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT},
			"TCP_NOTSENT_LOWAT": {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT},
		} {
			if options[name], err = unix.GetsockoptInt(int(fd), option[0], option[1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return options
}
