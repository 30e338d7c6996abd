//go:build linux && !portable

package main

import (
	"maps"
	"net"
	"net/http"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A connection has the options that one of net's own listener has, and one more.
func TestConnectionsInheritTheirOptions(t *testing.T) {
	own, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	public, err := listen("public", "127.0.0.1:0", new(http.Server))
	if err != nil {
		t.Fatal(err)
	}
	defer public.Close()
	want := acceptedOptions(t, own)
	want["TCP_NOTSENT_LOWAT"] = maxNotSent
	if got := acceptedOptions(t, public); !maps.Equal(got, want) {
		t.Errorf("options of a connection: %v, want %v", got, want)
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
			"TCP_KEEPIDLE":  {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
			"TCP_KEEPINTVL": {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
			"TCP_KEEPCNT":   {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
			"TCP_NODELAY":   {unix.IPPROTO_TCP, unix.TCP_NODELAY},

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
