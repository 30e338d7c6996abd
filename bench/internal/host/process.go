package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopTimeout is how long a process may take to end before it is killed.
const stopTimeout = 5 * time.Second

// Process is a program that was started on one core, in a process group of its
// own: Ctrl-C reaches the benchmark alone, which then stops its processes.
type Process struct {
	name string
	cmd  *exec.Cmd
	said *tail         // the last it said on standard error
	done chan struct{} // closed by the one goroutine that waits for it
	err  error         // how it ended; to be read after done
}

// Command is a program to start.
type Command struct {
	Args []string // the program first
	Dir  string   // empty for that of the benchmark
	Env  []string // added to that of the benchmark
	Idle bool     // it runs only while nothing else wants its core
}

// AnyCore is instead of the number of a core.
const AnyCore = -1

// Start runs a command on one core. Should the benchmark be killed, the process
// is killed with it.
func Start(core int, c Command) (*Process, error) {
	var args []string
	if core != AnyCore {
		args = []string{"taskset", "-c", strconv.Itoa(core)}
	}
	if c.Idle {
		args = append(args, "chrt", "--idle", "0") // SCHED_IDLE: anything else preempts it at once
	}
	args = append(args, c.Args...)
	p := &Process{name: c.Args[0], cmd: exec.Command(args[0], args[1:]...), said: &tail{}, done: make(chan struct{})}
	p.cmd.Dir = c.Dir
	p.cmd.Env = append(p.cmd.Environ(), c.Env...)
	p.cmd.Stderr = p.said
	p.cmd.WaitDelay = stopTimeout // for a descendant that keeps standard error open
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is that of the program itself: taskset and chrt have become it.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Wait waits for the process to end by itself, or for ctx, in which case it
// stops it.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.failure()
	case <-ctx.Done():
		p.Stop()
		return context.Cause(ctx)
	}
}

// Stop ends the process and its descendants and waits for that. It may be
// called again, and after the end.
func (p *Process) Stop() {
	select {
	case <-p.done:
	default:
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(stopTimeout):
		}
	}
	// The process leads its group, which lives as long as a descendant does.
	_ = syscall.Kill(-p.PID(), syscall.SIGKILL)
	<-p.done
}

// Ready waits until the process accepts connections at addr.
func (p *Process) Ready(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.done:
			return fmt.Errorf("host: %s ended before it listened: %w", p.name, p.failure())
		case <-ctx.Done():
			return fmt.Errorf("host: %s does not listen on %s: %w", p.name, addr, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *Process) failure() error {
	if p.err == nil {
		return nil
	}
	if said := p.said.String(); said != "" {
		return fmt.Errorf("%w: %s", p.err, said)
	}
	return p.err
}

// ExitCode tells with which code a process ended that Wait returned err for.
func ExitCode(err error) (code int, ok bool) {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 0, false
	}
	return exit.ExitCode(), true
}

// FreeAddr finds an address on loopback that nobody listens on.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("host: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const tailBytes = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if extra := len(t.last) - tailBytes; extra > 0 {
		t.last = bytes.Clone(t.last[extra:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.last))
}
