//go:build linux && !portable

package cluster

import "syscall"

// attributes keep signals of the terminal from a child, and let the kernel kill it
// with this process. The kernel means the thread that started the child, but Go
// ends no thread before the process, unless a goroutine ends that has locked it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
