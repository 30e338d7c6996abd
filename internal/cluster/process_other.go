//go:build !linux || portable

package cluster

import "syscall"

// attributes keep signals of the terminal from a child.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
