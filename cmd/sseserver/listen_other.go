//go:build !linux || portable

package main

import (
	"net"
	"time"
)

// listenConfig returns how listeners are opened. What was sent and not confirmed is
// the system's to give up, or the write timeout's.
func listenConfig(time.Duration) net.ListenConfig {
	return net.ListenConfig{KeepAliveConfig: keepAlive}
}
