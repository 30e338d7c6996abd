//go:build !unix || portable

package eventsource

import "net"

// newSocket has no way to wait without a buffer here.
func newSocket(*net.TCPConn, int) input { return nil }
