//go:build !linux || portable

package eventsource

import "net"

// pollers do not exist on this system.
type pollers struct{}

func (*Transport) poll(*attempt, *net.TCPConn) input { return nil }
