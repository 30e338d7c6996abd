//go:build !linux || portable

package wire

import (
	"net"
	"time"
)

// socket is not available here: every write sets its deadline.
type socket struct{}

func socketOf(net.Conn) socket { return socket{} }

func (socket) tryWrite([]byte) (int, error) { return 0, nil }

// Unsent is not known here of a connection of the system.
func Unsent(conn net.Conn) (bytes int, known bool) {
	_, ofSystem := conn.(*net.TCPConn)
	return 0, !ofSystem
}

// Silence is not known here.
func Silence(net.Conn) time.Duration { return 0 }

// GaveUp is not known here, but by the error of a read or write.
func GaveUp(net.Conn) bool { return false }
