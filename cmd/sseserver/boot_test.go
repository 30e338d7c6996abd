package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sseserver/internal/logs/logstest"
	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/verify"
)

// liveServer is the whole program, run in this process on a port of its own.
type liveServer struct {
	url, addr string // http://host:port or https://host:port, and host:port
	admin     string // http://host:port, if a flag turned it on
	says      string // what it said to a person
	log       *logSink
	signals   chan os.Signal
	exited    chan int // receives the exit code, once
	ended     bool
}

// startServer runs the program with streams faster than by default and the
// given flags added, and waits until it says where it listens. It is stopped
// with the test, and must exit with 0 and have logged only what the catalogue
// has.
func startServer(t *testing.T, flags ...string) *liveServer {
	t.Helper()
	s := &liveServer{log: newLogSink(), signals: make(chan os.Signal, 2), exited: make(chan int, 1)}
	stdout, says := io.Pipe()
	go func() {
		s.exited <- run(process{
			args: slices.Concat([]string{
				"--addr=127.0.0.1:0", "--admin-addr=", "--drain=0s", "--interval=2ms", "--progress-interval=2ms",
			}, flags),
			env:     noEnv,
			stdout:  says,
			stderr:  s.log,
			signals: s.signals,
		})
		says.Close()
	}()

	lines := bufio.NewScanner(stdout)
	said := 5 // lines: the pages
	if slices.Contains(flags, "--admin-addr=127.0.0.1:0") {
		said++
	}
	for range said {
		lines.Scan()
		s.says += lines.Text() + "\n"
	}
	scheme, page, ok := strings.Cut(s.says, "://")
	if !ok {
		t.Fatalf("the program does not say where it listens: %q\n%s", s.says, s.log.tail(4000))
	}
	go io.Copy(io.Discard, stdout) // ends with the program
	s.addr, _, _ = strings.Cut(page, "/")
	s.url = scheme[strings.LastIndexByte(scheme, ' ')+1:] + "://" + s.addr
	if !slices.ContainsFunc(flags, func(flag string) bool { return strings.HasPrefix(flag, "--log-file") }) {
		s.log.await("server.ready", 1)
	}
	for _, line := range s.log.named("server.listening") {
		if line["listener"] == "admin" {
			s.admin = strings.TrimSuffix(line["urls"].([]any)[0].(string), "/metrics")
		}
	}

	t.Cleanup(func() {
		s.stop(t)
		logstest.CheckJSON(t, s.log.bytes())
		wantVerified(t, s.log.bytes())
		if t.Failed() {
			t.Logf("the end of the server's log:\n%s", s.log.tail(4000))
		}
	})
	return s
}

// wantVerified proves a log as `sseserver logs verify` does. One in a file is empty here.
func wantVerified(t *testing.T, log []byte) {
	t.Helper()
	if len(log) == 0 {
		return
	}
	v := verify.New(func(p verify.Problem) { t.Errorf("logs verify: %v; the line: %s", p, p.Line) })
	if _, err := reading.Read(context.WithoutCancel(t.Context()), reading.Stream("log", bytes.NewReader(log)), v.Line); err != nil {
		t.Error(err)
	}
	v.End()
}

// stop ends the program as SIGTERM does, and waits. Again it does nothing.
func (s *liveServer) stop(t *testing.T) {
	t.Helper()
	if !s.ended {
		s.signals <- syscall.SIGTERM
		s.wait(t)
	}
}

// wait waits for the program's end.
func (s *liveServer) wait(t *testing.T) {
	t.Helper()
	s.ended = true
	if code := <-s.exited; code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
}

// submit sends the message as a client would, and returns its id.
func (s *liveServer) submit(t *testing.T, message string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(s.url+"/send", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Status, MessageID string }
	s.read(t, response, &answer)
	return answer.MessageID
}

// untilNoStreams waits until the server knows of no stream of the message.
func (s *liveServer) untilNoStreams(ctx context.Context, t *testing.T, id string) {
	t.Helper()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/messages/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ ActiveStreams int }
		s.read(t, response, &answer)
		if answer.ActiveStreams == 0 {
			return
		}
	}
}

func (s *liveServer) read(t *testing.T, response *http.Response, answer any) {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, answer)
	}
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %v: %s", response.Request.Method, response.Request.URL, response.Status, err, body)
	}
}

// noEnv is an environment without variables.
func noEnv(string) (string, bool) { return "", false }
