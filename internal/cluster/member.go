package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"sseserver/internal/ports"
)

// Member is a node or an engine. One goroutine at a time may call the methods of a
// member; several may, those of different ones.
type Member struct {
	Name string // "node-1", "engine-1"
	URL  string // of a node's pages and API, or what a client of the engine connects to
	// Admin is the URL of a node's admin listener, or of an engine's monitoring.
	Admin string
	Log   string // the path of what it logs

	program Program
	args    []string
	ports   ports.Row                       // freed when the cluster has ended
	probe   func(ctx context.Context) error // nil once it is ready; called again and again
	ended   func(member *Member, how error)
	process *process // the last one; nil before the first start
}

// PID is that of the member's process, also after its end.
func (m *Member) PID() int { return m.process.cmd.Process.Pid }

// Running says whether the process has not ended.
func (m *Member) Running() bool { return m.process != nil && !m.process.hasEnded() }

// Kill ends the process at once, as kill -9 does, and waits for its end. It does
// nothing to one that has ended.
func (m *Member) Kill() {
	if m.Running() {
		m.process.signal(syscall.SIGKILL)
		<-m.process.done
	}
}

// Restart starts a member that has ended, with the same ports and data, and
// returns once it is ready.
func (m *Member) Restart(ctx context.Context) error {
	if m.Running() {
		return fmt.Errorf("cluster: %s is running", m.Name)
	}
	if err := m.start(); err != nil {
		return err
	}
	return m.wait(ctx)
}

// start starts the process.
func (m *Member) start() error {
	log, err := os.OpenFile(m.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	defer log.Close() // the child has its own
	cmd := exec.Command(m.program.Path, append(m.program.Args[:len(m.program.Args):len(m.program.Args)], m.args...)...)
	cmd.Env = append(cmd.Environ(), m.program.Env...)
	cmd.Stderr = log // alone: what a node says to people is none of the lines that programs read
	cmd.SysProcAttr = attributes()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cluster: %s: %w", m.Name, err)
	}
	m.process = &process{cmd: cmd, done: make(chan struct{})}
	go m.process.wait(func(how error) { m.ended(m, how) }) // until the process has ended, and Config.Ended was told
	return nil
}

// probing is the time between two probes.
const probing = 20 * time.Millisecond

// wait returns once the member is ready.
func (m *Member) wait(ctx context.Context) error {
	again := time.NewTicker(probing)
	defer again.Stop()
	for {
		err := m.probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-m.process.done:
			return fmt.Errorf("cluster: %s ended before it was ready (%w); its log ends with:\n%s", m.Name, m.process.how(), tail(m.Log))
		case <-ctx.Done():
			return fmt.Errorf("cluster: %s is not ready: %w; its log ends with:\n%s", m.Name, err, tail(m.Log))
		}
	}
}

// tailBytes is how much of a log is shown.
const tailBytes = 2048

// tail is the end of a file.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-tailBytes):])
}
