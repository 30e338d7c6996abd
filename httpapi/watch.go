package httpapi

import "net"

// watchByReading calls gone when the client of conn leaves, where only a read
// can tell. What the client sends meanwhile is not for this server.
func watchByReading(conn net.Conn, gone func()) {
	var scratch [64]byte
	for {
		if _, err := conn.Read(scratch[:]); err != nil {
			gone()
			return
		}
	}
}
