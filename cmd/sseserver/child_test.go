package main

import (
	"bufio"
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/logs/logstest"
)

// beProgram is the variable that makes the test binary the program itself.
const beProgram = "BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beProgram) != "" {
		main() // which exits
	}
	if os.Getenv(beEngine) != "" {
		runEngine()
	}
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", "4") // most tests wait for a page or a client, and not for a processor
	}
	os.Exit(m.Run())
}

// asProgram is the environment of a child. The race detector would wait for a
// second at its end.
func asProgram() []string { return append(os.Environ(), beProgram+"=1", "GORACE=atexit_sleep_ms=0") }

// child is the program in a process of its own, for what only a process has:
// real signals, an exit code after which nothing runs, limits of its own.
type child struct {
	liveServer
	command *exec.Cmd
}

// startChild runs the program with the given limit of open files and flags. It
// is killed at the end of the test, if it has not ended before.
func startChild(t *testing.T, openFiles string, flags ...string) *child {
	t.Helper()
	c := &child{liveServer: liveServer{log: newLogSink()}}
	script := `ulimit -n "$0"; exec "$@"`
	args := append([]string{"-c", script, openFiles, os.Args[0], "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0", "--log-format=json"}, flags...)
	c.command = exec.Command("/bin/sh", args...)
	c.command.Env = asProgram()
	c.command.Stderr = c.log
	stdout, err := c.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.command.ProcessState == nil {
			_ = c.command.Process.Kill()
			_ = c.command.Wait()
		}
		logstest.CheckJSON(t, c.log.bytes())
		if t.Failed() {
			t.Logf("the end of its log:\n%s", c.log.tail(4000))
		}
	})
	says, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("it says %q, %v; its log: %s", says, err, c.log.tail(4000))
	}
	c.log.await("server.ready", 1)
	c.url = strings.TrimSuffix(strings.Fields(says)[2], "/")
	c.addr = strings.TrimPrefix(c.url, "http://")
	for _, line := range c.log.named("server.listening") {
		if line["listener"] == "admin" {
			c.admin = strings.TrimSuffix(line["urls"].([]any)[0].(string), "/metrics")
		}
	}
	return c
}

func (c *child) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := c.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// wantExit waits for the end of the process.
func (c *child) wantExit(t *testing.T, code int) {
	t.Helper()
	_ = c.command.Wait()
	if got := c.command.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
}

// The first signal asks, the second one insists.
func TestSecondSignal(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			wantNoLeaks(t)
			program := startChild(t, "500", "--drain=1h")
			id := program.submit(t, "Hi")
			stream := program.caller(t, ssetest.HTTP1).stream("/stream/" + id + "?interval=1m")
			stream.WantOpening()
			program.signal(t, signal)
			program.log.await("server.shutdown_started", 1)
			program.signal(t, syscall.SIGHUP) // does not count
			program.signal(t, signal)
			program.wantExit(t, exitFailed)
			if forced := program.log.named("server.shutdown_forced"); len(forced) != 1 || forced[0]["remaining"] != 1.0 {
				t.Errorf("the log says %v", forced)
			}
			if completed := program.log.named("server.shutdown_completed"); len(completed) > 0 {
				t.Errorf("completed: %v", completed)
			}
			_, _ = stream.All() // ends with the process; there may be time to end it properly
		})
	}
}

// The exit codes and signals of the real process.
func TestExit(t *testing.T) {
	wantNoLeaks(t)
	program := startChild(t, "500", "--drain=0s")
	check := exec.Command(os.Args[0], "healthcheck", "--addr="+program.addr)
	check.Env = asProgram()
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("healthcheck of a running server: %v, %s", err, out)
	}
	program.signal(t, syscall.SIGHUP)
	program.submit(t, "it lives on")
	program.signal(t, syscall.SIGINT)
	program.wantExit(t, exitOK)
	for _, bad := range [][]string{{"healthcheck", "--addr=" + program.addr}, {"--interval=0"}} {
		command := exec.Command(os.Args[0], bad...)
		command.Env = asProgram()
		out, err := command.CombinedOutput()
		if want := map[bool]int{true: exitFailed, false: exitInvalid}[bad[0] == "healthcheck"]; command.ProcessState.ExitCode() != want || len(out) == 0 {
			t.Errorf("%s: exit code %d, want %d; %v, %s", bad, command.ProcessState.ExitCode(), want, err, out)
		}
	}
}

// visited opens connections to addr, says text on each and nothing else, until the
// test ends.
func visited(t *testing.T, addr string, times int, text string) {
	t.Helper()
	for range times {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
	}
}

// wantNoServerError stops the program, whose streams would go on, and looks for
// what the HTTP server complained of until then.
func (c *child) wantNoServerError(t *testing.T) {
	t.Helper()
	c.signal(t, syscall.SIGTERM)
	c.log.await("server.shutdown_started", 1)
	c.signal(t, syscall.SIGTERM)
	c.wantExit(t, exitFailed)
	if failed := c.log.named("http.server_error"); len(failed) > 0 {
		t.Errorf("the log says %v", failed)
	}
}

// Clients that connect and say nothing, more than there may be open files, keep
// nobody else waiting.
func TestSilentClients(t *testing.T) {
	wantNoLeaks(t)
	program := startChild(t, "100")
	id := program.submit(t, "Hi")
	stream := program.caller(t, ssetest.HTTP1).stream("/stream/" + id + "?interval=1m")
	stream.WantOpening()
	visited(t, program.addr, 300, "")
	for _, protocol := range ssetest.Cleartext {
		other := program.caller(t, protocol)
		other.want(200, `"messageId"`, "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
		other.want(200, "ok", "GET", "/readyz", "")
		other.stream("/progress/" + id + "?interval=1m").WantOpening()
	}
	program.caller(t, ssetest.HTTP1).at(program.admin).want(200, "sseserver_streams_active", "GET", "/metrics", "")
	stream.WantChunk(0, "H")
	program.wantNoServerError(t)
}

// Nor do those that do not get on with their requests, on either listener.
func TestUnfinishedRequests(t *testing.T) {
	wantNoLeaks(t)
	program := startChild(t, "256")
	visited(t, program.addr, 400, "POST /send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
	visited(t, strings.TrimPrefix(program.admin, "http://"), 400, "GET /metrics HTTP/1.1\r\nHost: a\r\n")
	http1 := program.caller(t, ssetest.HTTP1)
	for range 200 {
		http1.want(200, "ok", "GET", "/livez", "", "Connection", "close")
	}
	http1.want(200, "ok", "GET", "/readyz", "")
	http1.want(200, `"messageId"`, "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
	http1.at(program.admin).want(200, "sseserver_streams_active", "GET", "/metrics", "")
	program.wantNoServerError(t)
}

// With its limit of open files in sight, the program refuses streams and does
// all else.
func TestOpenFileReserve(t *testing.T) {
	wantNoLeaks(t)
	program := startChild(t, "100")
	starting := program.log.named("server.starting")[0]
	if starting["open_file_limit"] != 100.0 || starting["stream_limit"] != 36.0 {
		t.Errorf("the log says of the limits: %v open files, %v streams", starting["open_file_limit"], starting["stream_limit"])
	}
	id := program.submit(t, "Hi")
	http1 := program.caller(t, ssetest.HTTP1)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	opened := 0
	for range 200 { // more than there are files
		switch status := http1.hang(ctx, "/stream/"+id+"?interval=1m"); status {
		case http.StatusOK:
			opened++
		case http.StatusServiceUnavailable:
		default:
			t.Fatalf("status %d", status)
		}
	}
	visited(t, program.addr, 100, "")
	if opened != 36 {
		t.Errorf("%d streams were opened, want 36", opened)
	}
	for _, protocol := range ssetest.Cleartext {
		other := program.caller(t, protocol)
		header, _ := other.want(503, "too_many_streams", "GET", "/progress/"+id, "")
		if header.Get("Retry-After") != "5" {
			t.Errorf("Retry-After %q, want 5", header.Get("Retry-After"))
		}
		other.want(200, `"messageId"`, "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
		other.want(200, "ok", "GET", "/livez", "")
		other.want(200, "ok", "GET", "/readyz", "")
		other.want(200, `"activeStreams":`, "GET", "/messages/"+id, "")
	}
	http1.at(program.admin).want(200, "sseserver_streams_rejected_total{reason=\"too_many_streams\"}", "GET", "/metrics", "")
	program.wantNoServerError(t)
}
