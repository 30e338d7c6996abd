package cluster

import (
	"errors"
	"os/exec"
	"sync/atomic"
	"syscall"
)

// process is a child that was started. Any goroutine may use it.
type process struct {
	cmd   *exec.Cmd
	asked atomic.Bool // somebody wants it to end
	done  chan struct{}
	err   error // how it ended; to be read after done, which wait closes
}

// wait waits for the end, and tells how it came if nobody asked for it.
func (p *process) wait(ended func(how error)) {
	p.err = p.cmd.Wait()
	close(p.done)
	if !p.asked.Load() {
		ended(p.how())
	}
}

// signal asks for the end.
func (p *process) signal(signal syscall.Signal) {
	p.asked.Store(true)
	_ = p.cmd.Process.Signal(signal) // it has ended
}

func (p *process) hasEnded() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// how is the reason of the end: an exit code, or a signal.
func (p *process) how() error {
	if p.err == nil {
		return errors.New("exit status 0")
	}
	return p.err
}
