//go:build !linux || portable

package wire

import "net"

// socket is not available here: every write sets its deadline.
type socket struct{}

func socketOf(net.Conn) socket { return socket{} }

func (socket) tryWrite([]byte) (int, error) { return 0, nil }

// Unsent is not known here.
func Unsent(net.Conn) int { return 0 }
