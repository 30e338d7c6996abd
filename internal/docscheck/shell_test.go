package docscheck

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// patience is how long a command may take before it is killed. Nothing is
// measured by it: it only turns a command that hangs into a failure.
const patience = 5 * time.Minute

// shell prepares a command line that finds the programs in bin. Servers that it
// starts listen at free ports.
func shell(bin, dir, text string) *exec.Cmd {
	// Ctrl-C goes to the shell too. With the trap it survives that, and exits with
	// the code of what it runs.
	cmd := exec.Command("sh", "-c", "trap : INT; "+text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"SSESERVER_ADDR=127.0.0.1:0", "SSESERVER_ADMIN_ADDR=127.0.0.1:0", "SSESERVER_DRAIN=0s", "PORT=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // for signalAll
	return cmd
}

// signalAll sends a signal to a command and all that it has started, as a
// terminal does.
func signalAll(cmd *exec.Cmd, signal syscall.Signal) { _ = syscall.Kill(-cmd.Process.Pid, signal) }

// finish runs a command to its end.
func finish(t *testing.T, cmd *exec.Cmd) (output string, code int) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(patience, func() { signalAll(cmd, syscall.SIGKILL) }).Stop()
	all, _ := io.ReadAll(stdout)
	_ = cmd.Wait() // the exit code says it
	return string(all), cmd.ProcessState.ExitCode()
}

// serve runs a command that starts a server, until the end of the test. Then
// Ctrl-C must end it with an exit code that is allowed. It returns the address
// that the server says it listens at.
func serve(t *testing.T, cmd *exec.Cmd, how treatment) (url string) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hurry := time.AfterFunc(patience, func() { signalAll(cmd, syscall.SIGKILL) })
	t.Cleanup(func() {
		signalAll(cmd, syscall.SIGINT)
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait() // the exit code says it
		if code := cmd.ProcessState.ExitCode(); !how.allows(code) {
			t.Errorf("%s: interrupted, it ends with exit code %d", cmd.Args[2], code)
		}
		hurry.Stop()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url = address.FindString(lines.Text()); url != "" {
			return url
		}
	}
	t.Fatalf("%s: it does not say where it listens", cmd.Args[2])
	return ""
}

// An address for every interface is reached at the loopback one.
var address = regexp.MustCompile(`https?://(127\.0\.0\.1|\[::1\]):\d+`)
