//go:build linux && !portable

package wire_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"sseserver/internal/wire"

	"golang.org/x/sys/unix"
)

// A client that takes nothing leaves the system waiting, longer and longer, until it
// gives the connection up.
func TestSilence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
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
	raw, _ := conn.(*net.TCPConn).SyscallConn()
	_ = raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 200) })
	if err != nil || wire.Silence(conn) != 0 || wire.GaveUp(conn) {
		t.Fatalf("at first: %v, silence %v, given up %t", err, wire.Silence(conn), wire.GaveUp(conn))
	}
	var longest time.Duration
	for err = os.ErrDeadlineExceeded; errors.Is(err, os.ErrDeadlineExceeded) || err == nil; {
		longest = max(longest, wire.Silence(conn))
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
		_, err = conn.Write(make([]byte, 1<<20))
	}
	if !wire.IsSilence(err) || longest == 0 {
		t.Errorf("it ended with %v, after a silence of up to %v", err, longest)
	}
}
