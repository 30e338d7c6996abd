package load

import (
	"os/exec"
	"syscall"
)

// detach keeps Ctrl-C from a worker process: a terminal sends the signal to its
// whole group, but a worker is told to stop through its input, and then still
// reports.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
