package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/load"
	"sseserver/internal/load/report"
)

// asProgram makes the test binary be the program.
const asProgram = "SSELOAD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" || len(os.Args) == 2 && os.Args[1] == load.WorkerArg {
		main()
	}
	goleak.VerifyTestMain(m)
}

// outcome is what a run of the program left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// sseload runs the program in this process.
func sseload(args ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := run(process{args: args, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr})
	return outcome{code, stdout.String(), stderr.String()}
}

// quick are the options of a run of a fraction of a second. The machine that tests may be busy, so
// exit code 3 is not a failure of the program.
func quick(more ...string) []string {
	return append([]string{"--clients=8", "--ramp=1000", "--duration=200ms", "--interval=2ms", "--once"}, more...)
}

func TestRunAndItsFiles(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	got := sseload(quick(server.URL, "--message-bytes=50", "--json", file("r.json"), "--html", file("r.html"), "--hgrm", file("r.hgrm"))...)
	if got.code != 0 && got.code != 3 || got.stderr != "" {
		t.Fatalf("got %+v", got)
	}
	for _, want := range []string{server.URL, "lateness ms", "0 lost", "8 completed", "✓ lost==0"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in the summary:\n%s", want, got.stdout)
		}
	}
	r, err := report.Read(file("r.json"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Counts.Events != 8*50 || r.ExitCode != got.code {
		t.Errorf("%d events, exit code %d; want 400 and %d", r.Counts.Events, r.ExitCode, got.code)
	}
	for name, start := range map[string]string{"r.html": "<!doctype html>", "r.hgrm": " Value\tPercentile"} {
		content, err := os.ReadFile(file(name))
		if err != nil || !strings.HasPrefix(strings.TrimLeft(string(content), " "), strings.TrimLeft(start, " ")) {
			t.Errorf("%s: %v, begins with %.40q", name, err, content)
		}
	}

	got = sseload("compare", file("r.json"), file("r.json"))
	if got.code != 0 || !strings.Contains(got.stdout, "lateness p99 ms") || strings.Contains(got.stdout, "differ") {
		t.Errorf("compare: got %+v", got)
	}
}

func TestThresholdNotMet(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	got := sseload(quick(server.URL, "--threshold=events_per_second<1")...)
	if got.code != 99 && got.code != 3 || !strings.Contains(got.stdout, "✗ events_per_second<1") {
		t.Errorf("got %+v", got)
	}
}

func TestURLAndHeaders(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("hello")
	got := sseload(quick("--url", server.URL+"/stream/"+id+"?interval=2ms", "-H", "Accept: text/event-stream, */*", "-H", "Last-Event-ID: 2")...)
	if got.code != 0 && got.code != 3 || !strings.Contains(got.stdout, "8 completed") {
		t.Errorf("got %+v", got)
	}
}

func TestBadCommandLine(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{nil, "say what to load"},
		{[]string{"http://a", "http://b"}, "one address"},
		{[]string{"http://a", "--clients", "many"}, "many"},
		{[]string{"http://a", "--clients", "0"}, "--clients 0: want more than 0"},
		{[]string{"http://a", "--duration", "0s"}, "--duration 0s: want more than 0"},
		{[]string{"http://a", "--frobnicate"}, "frobnicate"},
		{[]string{"http://a", "--kind", "words"}, `"words"`},
		{[]string{"http://a", "--sequence", "x"}, "--sequence"},
		{[]string{"http://a", "--anchor", "x"}, "--anchor"},
		{[]string{"http://a", "--header", "no colon"}, "Name: value"},
		{[]string{"http://a", "--source-addresses", "255"}, "1 to 254"},
		{[]string{"http://a", "--source-addresses", "127.0.0.1,x"}, `"x" is no address`},
		{[]string{"http://a", "--reconnect", "0.2"}, "a share such as 20%"},
		{[]string{"http://a", "--stall", "101%"}, "0% to 100%"},
		{[]string{"http://a", "--threshold", "latenes.p99<5ms"}, `unknown name "latenes"`},
		{[]string{"http://a", "--json", "/nowhere/x.json"}, "cannot write the report"},
		{[]string{"http://a", "--clients", "9000000"}, "limit"},
		{[]string{"compare", "one.json"}, "wants 2 arguments"},
	}
	for _, tt := range tests {
		got := sseload(tt.args...)
		if got.code != exitConfig || !strings.HasPrefix(got.stderr, "sseload: ") || !strings.Contains(got.stderr, tt.want) ||
			strings.Count(got.stderr, "\n") != 1 || got.stdout != "" {
			t.Errorf("sseload %q: got %+v, want exit code 104 and one line with %q", tt.args, got, tt.want)
		}
	}
}

func TestCannotRun(t *testing.T) {
	for _, args := range [][]string{
		{"http://127.0.0.1:1"}, {"--url", "http://127.0.0.1:1/events"}, {"compare", "nowhere.json", "nowhere.json"},
	} {
		got := sseload(args...)
		if got.code != exitError || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("sseload %q: got %+v, want exit code 1 and one line", args, got)
		}
	}
}

func TestHelpVersionAndSchema(t *testing.T) {
	for arg, want := range map[string]string{"--help": "EXIT CODES", "--version": "go1.", "schema": `"$schema"`} {
		got := sseload(arg)
		if got.code != 0 || !strings.Contains(got.stdout, want) || got.stderr != "" {
			t.Errorf("sseload %s: exit code %d, stderr %q, no %q in\n%s", arg, got.code, got.stderr, want, got.stdout)
		}
	}
	if help := sseload("--help").stdout; strings.Contains(help, "be a worker process") {
		t.Error("the help shows the command that is none of the user's business")
	}
}

// Shares and numbers of clients, as the flags take them.
func TestShare(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "7": 7, "20%": 10, "100%": 50, "1%": 1, "0%": 0} {
		if got, err := share(text, 50); err != nil || got != want {
			t.Errorf("%s of 50: got %d, %v; want %d", text, got, err, want)
		}
	}
}

// Ctrl-C in the middle of a run of several processes: a partial report, and nobody is left behind.
func TestInterruptOfAProgram(t *testing.T) {
	for _, processes := range []string{"1", "2"} {
		server := ssetest.Start(t, ssetest.Config{})
		file := filepath.Join(t.TempDir(), "r.json")
		program := exec.Command(os.Args[0], server.URL, "--duration=1h", "--clients=8", "--message-bytes=100000", "--interval=20ms",
			"--processes", processes, "--json", file)
		program.Env = append(os.Environ(), asProgram+"=1")
		var stdout, stderr lockedBuffer
		program.Stdout, program.Stderr = &stdout, &stderr
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		for stats := server.Broker; ; { // until all clients are there
			now, err := stats.Stats(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if now.Streams["characters"] == 8 {
				break
			}
		}
		if err := program.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		_ = program.Wait()
		if code := program.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%s process(es): exit code %d, want %d\n%s%s", processes, code, exitInterrupted, stdout.String(), stderr.String())
		}
		r, err := report.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome != report.Interrupted || r.Counts.Clients != 8 {
			t.Errorf("%s process(es): outcome %s, %+v", processes, r.Outcome, r.Counts)
		}
	}
}

// lockedBuffer is a buffer that a program's output may be copied to while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
