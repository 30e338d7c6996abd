//go:build unix && (!linux || race) && !portable

package eventsource

import "syscall"

// readNow reads a descriptor that never blocks. The race detector, too, needs
// this call: it takes a Write and the Read that follows it for an order between
// goroutines.
func readNow(fd int, b []byte) (int, error) { return syscall.Read(fd, b) }
