package docscheck

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// examples start the producers in docs/examples, as each of them says. The first
// is the end of a pipe, the others run a command.
var examples = []string{
	goExample,
	"node docs/examples/produce.mjs",
	"docs/examples/produce.sh",
}

const goExample = "go run docs/examples/produce.go"

// What a command prints arrives once, whole and as it comes. To those that run it,
// answers are lost, or say that the server is busy.
func TestExamplesProduce(t *testing.T) {
	onExamples(t, func(t *testing.T, example string, server *ssetest.Server) {
		path := filepath.Join(t.TempDir(), "pipe")
		pipe := makePipe(t, path)
		var p producer
		if example == goExample {
			p = startProducer(t, "cat "+path+" | "+example, server.URL)
		} else {
			p = startProducer(t, "exec "+example+" cat "+path, startUnreliable(t, server.URL))
		}
		stream := server.Open(ssetest.HTTP1, p.stream+"?unit=word")
		stream.WantOpening()

		pipe("Grüße 👩‍🚀\n")
		stream.WantChunk(0, "Grüße ")
		pipe("once and\nwhole\n")
		stream.WantChunk(1, "👩‍🚀\n")
		stream.WantChunk(2, "once ")
		stream.WantChunk(3, "and\n")
		pipe("")
		stream.WantChunk(4, "whole\n")
		stream.WantDone()
		if code := p.wait(); code != 0 {
			t.Errorf("it ends with exit code %d", code)
		}
	})
}

// A message fails with the command that was to make it. Who only reads a pipe does
// not learn how its command has ended.
func TestExamplesFail(t *testing.T) {
	onExamples(t, func(t *testing.T, example string, server *ssetest.Server) {
		if example == goExample {
			return
		}
		p := startProducer(t, "exec "+example+` sh -c 'echo Hello; exit 3'`, server.URL)
		if code := p.wait(); code == 0 {
			t.Error("it ends with exit code 0")
		}
		stream := server.Open(ssetest.HTTP1, p.stream)
		stream.WantOpening()
		stream.WantChunk(0, "Hello\n")
		last, err := stream.Next()
		if err != nil || last.Name != "failed" || !strings.Contains(last.Data, `"reason":"exit status 3"`) {
			t.Errorf("the stream ends with %v, %v", last, err)
		}
	})
}

// The end of a pipe fails where the server refuses it.
func TestExampleRefused(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{SendToken: sendToken}})
	cmd := shell("", top, "echo Hello | "+goExample)
	cmd.Env = append(cmd.Env, "SERVER="+server.URL, "TOKEN=another")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "401 Unauthorized") {
		t.Errorf("it says %q and ends with %v", out, err)
	}
}

// TestExamplesAreShort keeps them what one reads before using them.
func TestExamplesAreShort(t *testing.T) {
	const most = 30 // lines
	for _, example := range examples {
		path := regexp.MustCompile(`docs/\S+`).FindString(example)
		source, err := os.ReadFile(filepath.Join(top, path))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(source), example) {
			t.Errorf("%s does not say how to start it: %s", path, example)
		}
		if n := strings.Count(string(source), "\n"); n > most {
			t.Errorf("%s has %d lines, more than %d", path, n, most)
		}
	}
}

// onExamples runs a test for each example with a server of its own.
func onExamples(t *testing.T, test func(t *testing.T, example string, server *ssetest.Server)) {
	for _, example := range examples {
		t.Run(example, func(t *testing.T) {
			t.Parallel()
			switch {
			case strings.HasPrefix(example, "node"):
				wantPrograms(t, "node")
			case strings.HasSuffix(example, ".sh"):
				wantPrograms(t, "bash", "curl", "jq")
			}
			test(t, example, ssetest.Start(t, ssetest.Config{API: httpapi.Config{SendToken: sendToken}}))
		})
	}
}

const sendToken = "change-me"

// producer is an example that runs.
type producer struct {
	stream string // the path of the stream of its message
	wait   func() (code int)
}

// startProducer runs an example. It ends with the test at the latest.
func startProducer(t *testing.T, example, server string) producer {
	t.Helper()
	cmd := shell("", top, example)
	cmd.Env = append(cmd.Env, "SERVER="+server, "TOKEN="+sendToken)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hurry := time.AfterFunc(patience, func() { signalAll(cmd, syscall.SIGKILL) })
	ended := false
	wait := func() int {
		if !ended {
			ended = true
			_, _ = io.Copy(io.Discard, stdout)
			_ = cmd.Wait() // the exit code says it
			hurry.Stop()
		}
		return cmd.ProcessState.ExitCode()
	}
	t.Cleanup(func() {
		if !ended {
			signalAll(cmd, syscall.SIGKILL)
			wait()
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	id, ok := strings.CutPrefix(strings.TrimSpace(line), "/messages/")
	if err != nil || !ok {
		t.Fatalf("it prints %q, %v", line, err)
	}
	return producer{"/stream/" + id, wait}
}

// makePipe makes a named pipe at path and returns what writes to it. Writing
// nothing ends it.
func makePipe(t *testing.T, path string) (write func(text string)) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0) // for writing alone, this would wait for a reader
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pipe.Close() })
	return func(text string) {
		t.Helper()
		if text == "" {
			err = pipe.Close()
		} else {
			_, err = pipe.WriteString(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
