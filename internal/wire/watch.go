package wire

import "net"

// token names a watched connection. It is never used again, as a file descriptor
// would be, so a late notice cannot hit the wrong stream. 0 is none.
type token uint64

// watchByReading calls left when the client of conn leaves, where only a read
// can tell. What the client sends meanwhile is not for this server.
func watchByReading(conn net.Conn, left func()) {
	var scratch [64]byte
	for {
		if _, err := conn.Read(scratch[:]); err != nil {
			left()
			return
		}
	}
}
