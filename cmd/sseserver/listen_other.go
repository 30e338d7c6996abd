//go:build !linux || portable

package main

import "net"

// listenConfig returns how listeners are opened.
func listenConfig() net.ListenConfig { return net.ListenConfig{} }
