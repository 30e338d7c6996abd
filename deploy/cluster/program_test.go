package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"sseserver/internal/cluster"
)

// beProgram is the variable that makes the test binary the program itself.
const beProgram = "CLUSTER_TEST_BE_THE_PROGRAM=1"

func TestMain(m *testing.M) {
	if slices.Contains(os.Environ(), beProgram) || len(os.Args) > 1 && os.Args[1] == engineArg { // which a test must never be
		main() // which exits
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(built)
		os.Exit(code)
	}))
}

var built string // the directory of what sseserver builds

// sseserver is the path of the server, which is built once for all tests that do
// not want the command to do it.
var sseserver = sync.OnceValues(func() (path string, err error) {
	if built, err = os.MkdirTemp("", "cluster-test-"); err != nil {
		return "", err
	}
	return cluster.Build(context.Background(), built, "cmd/sseserver")
})

func buildServer(t *testing.T) string {
	t.Helper()
	path, err := sseserver()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// program is the command as somebody runs it in a terminal.
type program struct {
	cmd    *exec.Cmd
	stdin  io.Writer
	stdout *bufio.Reader
	stderr strings.Builder // to be read after the end
	temp   string          // where its temporary directories are
	pids   []int           // of nodes and engines
	urls   []string        // of nodes and engines
}

// start starts the program. At the end of the test it is killed, if it has not
// ended.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(os.Args[0], args...), temp: t.TempDir()}
	p.cmd.Env = append(os.Environ(), beProgram, "TMPDIR="+p.temp)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	return p
}

var member = regexp.MustCompile(`(?m)^(?:node|engine)-\d +(\S+) +pid (\d+)`)

// wait reads what the program prints, until a line has a text, and returns it.
func (p *program) wait(t *testing.T, text string) string {
	t.Helper()
	var said strings.Builder
	for {
		line, err := p.stdout.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			_ = p.cmd.Wait()
			t.Fatalf("it does not say %q, but %q, and: %s", text, &said, p.stderr.String())
		}
		if strings.Contains(line, text) {
			return said.String()
		}
	}
}

// ready waits until all is started, and returns what the program says of it.
func (p *program) ready(t *testing.T) string {
	t.Helper()
	said := p.wait(t, "Ctrl-C stops all")
	for _, match := range member.FindAllStringSubmatch(said, -1) {
		pid, _ := strconv.Atoi(match[2]) // digits
		p.urls, p.pids = append(p.urls, match[1]), append(p.pids, pid)
	}
	return said
}

// interrupt is Ctrl-C: the terminal tells all of the process group.
func (p *program) interrupt() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT) }

// wantEnd waits for the end of the program, and checks that it leaves nothing.
func (p *program) wantEnd(t *testing.T, code int) {
	t.Helper()
	_, _ = io.Copy(io.Discard, p.stdout)
	_ = p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d; it says %s", got, code, p.stderr.String())
	}
	for _, pid := range p.pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is there: %v", pid, err)
		}
	}
	for _, at := range p.urls {
		_, addr, _ := strings.Cut(at, "://")
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close()
			t.Errorf("somebody listens at %s", at)
		}
	}
	if left, err := os.ReadDir(p.temp); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}
