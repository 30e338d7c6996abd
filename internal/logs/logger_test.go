package logs_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
	"sseserver/internal/logs/logstest"
)

func init() {
	time.Local = time.FixedZone("elsewhere", 5*3600+1800) // where a time that must be UTC shows if it is not
}

// open opens a log until the test ends.
func open(t *testing.T, c logs.Config) *logs.Output {
	t.Helper()
	out, err := logs.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close(time.Minute) })
	return out
}

func TestJSONIsTheFormOffATerminal(t *testing.T) {
	var stderr bytes.Buffer
	out := open(t, logs.Config{Stderr: &stderr})
	logs.ServerReady.Log(out.Logger.Named("main"), logs.StartupMS(0))
	out.Close(time.Minute)
	lines := logstest.CheckJSON(t, stderr.Bytes())
	if len(lines) != 1 || lines[0].Logger != "main" {
		t.Errorf("got %s", stderr.Bytes())
	}
}

// A pseudo terminal's controlling side is a terminal too.
func TestConsoleIsTheFormOnATerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo terminal here: ", err)
	}
	defer terminal.Close()
	echoes := bufio.NewReader(terminal)
	for _, test := range []struct {
		noColor string
		format  logs.Format
		want    string
	}{
		{"", logs.Auto, ` ^[[32mINFO ^[[0m ready`}, {"1", logs.Auto, ` INFO  ready`}, {"1", logs.Console, ` INFO  ready`}, {"", logs.JSON, `{"seq":1,"level":"info",`},
	} {
		t.Setenv("NO_COLOR", test.noColor)
		logs.ServerReady.Log(open(t, logs.Config{Stderr: terminal, Format: test.format}).Logger, logs.StartupMS(0))
		// What is written here is typed on the other side, and echoed back.
		echo, err := echoes.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(echo, test.want) {
			t.Errorf("%s with NO_COLOR=%s: got %q, want %q in it", test.format, test.noColor, echo, test.want)
		}
	}
}

func TestNothingIsSampled(t *testing.T) {
	const times = 2000
	var stderr bytes.Buffer
	counted := 0
	out := open(t, logs.Config{Stderr: &stderr, OnLine: func(level zapcore.Level) {
		if level == zapcore.InfoLevel {
			counted++
		}
	}})
	for range times {
		logs.ServerReady.Log(out.Logger, logs.StartupMS(0))
		logs.StreamChunk.Log(out.Logger, logs.Position(0)) // off
	}
	out.Close(time.Minute)
	if got := bytes.Count(stderr.Bytes(), []byte("\n")); got != times || counted != times {
		t.Errorf("%d lines, %d counted, want %d", got, counted, times)
	}
}

func TestSetLevel(t *testing.T) {
	var stderr bytes.Buffer
	out := open(t, logs.Config{Stderr: &stderr})
	// Each change is logged, also the one that turns such lines off and the one
	// that turns them on again.
	for _, level := range []zapcore.Level{zapcore.DebugLevel, zapcore.ErrorLevel, zapcore.ErrorLevel, zapcore.WarnLevel, zapcore.InfoLevel, zapcore.InfoLevel} {
		out.SetLevel(level)
		if got := out.Level.Level(); got != level {
			t.Errorf("level %s, want %s", got, level)
		}
	}
	out.Close(time.Minute)
	var changes []string
	for _, line := range logstest.CheckJSON(t, stderr.Bytes()) {
		changes = append(changes, line.Fields["from"].(string)+" to "+line.Fields["to"].(string))
	}
	if got, want := strings.Join(changes, ", "), "info to debug, debug to error, error to warn, warn to info"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestStdLog(t *testing.T) {
	l, recorder := logstest.New(t)
	std := logs.StdLog(l)
	std.Printf("http: Accept error: %v; retrying in 5ms", "too many open files")
	std.Printf("http: panic serving 127.0.0.1:1: boom\ngoroutine 7 [running]:\nmain.main()")
	lines := recorder.Named("http.server_error")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2", len(lines))
	}
	if got := lines[0].Fields["error"]; got != "http: Accept error: too many open files; retrying in 5ms" {
		t.Errorf("error %q", got)
	}
	if got := lines[1].Fields["stack"]; got != "goroutine 7 [running]:\nmain.main()" {
		t.Errorf("stack %q", got)
	}
}

func TestFileIsAppendedTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server.log")
	for range 2 {
		out := open(t, logs.Config{File: path})
		logs.ServerReady.Log(out.Logger, logs.StartupMS(0))
		out.Close(time.Minute)
	}
	if got := len(logstest.CheckJSON(t, read(t, path))); got != 2 {
		t.Errorf("%d lines, want 2", got)
	}
	if about, err := os.Stat(path); err != nil || about.Mode()&0o007 != 0 {
		t.Errorf("%v, %v; want a file that not everybody can read", about.Mode(), err)
	}
}

func TestFileThatCannotBeOpened(t *testing.T) {
	if _, err := logs.New(logs.Config{File: t.TempDir()}); err == nil {
		t.Error("a directory is taken for a log file")
	}
}

// Lines are written by several goroutines while the file is moved away and
// opened anew, again and again.
func TestReopenLosesNoLine(t *testing.T) {
	const writers, each, moves = 4, 500, 20
	dir := t.TempDir()
	path := filepath.Join(dir, "server.log")
	out := open(t, logs.Config{File: path})

	before, _ := os.ReadDir("/proc/self/fd") // where there is such a thing

	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				logs.ServerReady.Log(out.Logger, logs.StartupMS(0))
			}
		})
	}
	for i := range moves {
		if err := os.Rename(path, filepath.Join(dir, "old"+string(rune('a'+i)))); err != nil {
			t.Error(err)
		}
		out.Reopen()
		for _, err := os.Stat(path); err != nil; _, err = os.Stat(path) {
			runtime.Gosched() // until the writer has done it
		}
	}
	group.Wait()
	out.Close(time.Minute)
	if still, _ := os.ReadDir("/proc/self/fd"); len(before) > 0 && len(still) != len(before)-1 {
		t.Errorf("%d files are open, %d before the log was closed", len(still), len(before))
	}

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != moves+1 {
		t.Fatalf("files %v, error %v; want %d", files, err, moves+1)
	}
	count := make(map[string]int)
	for _, file := range files {
		for _, line := range logstest.CheckJSON(t, read(t, file)) {
			count[line.Event]++
		}
	}
	if count["server.ready"] != writers*each || count["log.reopened"] != moves {
		t.Errorf("got %v, want %d server.ready and %d log.reopened", count, writers*each, moves)
	}
}

func TestReopenThatFailsKeepsTheOldFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "server.log")
	out := open(t, logs.Config{File: path})
	moved := dir + ".old"
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	out.Reopen()
	out.Close(time.Minute)
	lines := logstest.CheckJSON(t, read(t, filepath.Join(moved, "server.log")))
	if len(lines) != 1 || lines[0].Logger != "log" || lines[0].Level != zapcore.ErrorLevel || lines[0].Fields["error"] == nil {
		t.Errorf("got %+v, want log.reopened with an error", lines)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
