//go:build linux && !race && !portable

package eventsource

import (
	"syscall"
	"unsafe"
)

// readNow reads a descriptor that never blocks. The call is a raw one: to tell
// the scheduler of each, as syscall.Read does for calls that may block, costs a
// third of the CPU time of a client.
func readNow(fd int, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
