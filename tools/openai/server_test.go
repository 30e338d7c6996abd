package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// program is the server, as TestMain builds it, and scratch a directory for the time
// of the tests.
var program, scratch string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "openai"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(scratch)
	program = filepath.Join(scratch, "sseserver")
	build := exec.Command("go", "build", "-C", "../..", "-o", program, "./cmd/sseserver")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	return m.Run()
}

// key is what clients have to bring.
const key = "sk-test"

// server is the program in a process of its own.
type server struct {
	url     string
	log     *logLines
	process *os.Process
}

// start runs the program until the end of the test.
func start(t *testing.T, flags ...string) server {
	t.Helper()
	s := server{log: &logLines{}}
	s.log.more.L = &s.log.mu
	command := exec.Command(program, append([]string{
		"--addr=127.0.0.1:0", "--admin-addr=", "--log-format=json", "--interval=1ms", "--send-token=" + key,
	}, flags...)...)
	command.Stderr = s.log
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			log := s.log.String()
			t.Logf("the end of the server's log:\n%s", log[max(0, len(log)-2000):])
		}
	})
	says, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("it says %q, %v; its log: %s", says, err, s.log)
	}
	s.process = command.Process
	go io.Copy(io.Discard, stdout) // ends with the process
	s.url = strings.TrimSuffix(strings.Fields(says)[2], "/")
	return s
}

// logLines collects the log of a server. Any goroutine may call its methods.
type logLines struct {
	mu   sync.Mutex
	more sync.Cond
	text bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more.Broadcast()
	return l.text.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits for so many lines of an event, and returns the reason that each has, if
// it has one.
func (l *logLines) await(event string, count int) (reasons []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		reasons = nil
		for line := range bytes.Lines(l.text.Bytes()) {
			var entry struct{ Event, Reason string }
			if json.Unmarshal(line, &entry) == nil && entry.Event == event {
				reasons = append(reasons, entry.Reason)
			}
		}
		if len(reasons) >= count {
			return reasons
		}
		l.more.Wait()
	}
}
