package verify_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/verify"

	"go.uber.org/zap/zapcore"
)

// verified verifies a log and returns the problems.
func verified(t testing.TB, log []byte) ([]string, verify.Summary) {
	t.Helper()
	var problems []string
	v := verify.New(func(p verify.Problem) { problems = append(problems, fmt.Sprintf("%v in %.300s", p.Error(), p.Line)) })
	input := reading.Stream("log", bytes.NewReader(log))
	input.OnBroken = v.Broken
	if _, err := reading.Read(t.Context(), input, v.Line); err != nil {
		t.Fatal(err)
	}
	return problems, v.End()
}

func TestRealLogs(t *testing.T) {
	for _, level := range []zapcore.Level{zapcore.DebugLevel, zapcore.InfoLevel} {
		log := record(t, 2, 5, level)
		problems, summary := verified(t, log)
		for _, problem := range problems {
			t.Error(problem)
		}
		if len(summary.Notes) > 0 {
			t.Errorf("%s: not all was checked: %s", level, strings.Join(summary.Notes, "; "))
		}
	}
}

// alone verifies the lines of a log that is made by hand.
func alone(t *testing.T, log string) (string, verify.Summary) {
	t.Helper()
	problems, summary := verified(t, []byte(log))
	return strings.Join(problems, "\n"), summary
}

// What cannot be checked is said, and is no problem.
func TestNotes(t *testing.T) {
	log := lines(usual(3))
	tests := map[string]struct{ log, want string }{
		"from the middle": {strings.Join(log[4:], ""), "log:1: the log begins in the middle of its run"},
		"still running":   {strings.Join(log[:5], ""), "streams are open: it still runs, or was killed"},
		"older": {
			strings.ReplaceAll(strings.ReplaceAll(strings.Join(log, ""), `"catalogue":2,`, ""), `"done":true,`, ""),
			"log: the log is of an older version",
		},
		"shared":                    {strings.Replace(strings.Join(log, ""), `"nats":""`, `"nats":"nats://127.0.0.1"`, 1), "shared with other servers"},
		"a clock set back":          {strings.Replace(strings.Join(log, ""), log[4], setBack(log[4]), 1), "log:1: its clock was set back"},
		"forced":                    {strings.Join(log[:5], "") + forced, "its shutdown was forced, and streams are open"},
		"killed while it shut down": {strings.Join(log[:7], "") + shutdown, "its shutdown began, and the log ends before that was completed"},
		"at error":                  {strings.Replace(log[0], `"log-level":"info"`, `"log-level":"error"`, 1), "its level leaves out most lines"},
	}
	for name, test := range tests {
		problems, summary := alone(t, test.log)
		if problems != "" || !strings.Contains(strings.Join(summary.Notes, "\n"), test.want) {
			t.Errorf("%s: problems %q, notes %q, want none and %q", name, problems, summary.Notes, test.want)
		}
	}
	if problems, summary := alone(t, strings.Join(log, "")); problems != "" || len(summary.Notes) != 0 || summary.Closed != 3 {
		t.Errorf("a whole log: %s, %+v", problems, summary)
	}
}

// forced is a shutdown that did not wait, after five lines.
const forced = `{"seq":6,"level":"warn","time":"2026-01-02T03:04:06.000000Z","logger":"server","msg":"shutdown forced","event":"server.shutdown_forced","remaining":1}` + "\n"

// shutdown is the begin of one, after seven lines.
const shutdown = `{"seq":8,"level":"info","time":"2026-01-02T03:04:06.000000Z","logger":"server","msg":"shutting down","event":"server.shutdown_started","signal":"terminated","active_streams":0}` + "\n"

// setBack is a line whose time is years earlier.
func setBack(line string) string { return strings.Replace(line, `"time":"2026`, `"time":"2020`, 1) }

// A log of which everything from a line on is an hour later or earlier is whole: the
// clock was set, or the machine slept.
func TestJumpsOfTheClock(t *testing.T) {
	log := record(t, 1, 1, zapcore.InfoLevel)
	all := lines(log)
	for _, from := range []string{"T00:", "T02:"} {
		for i := 20; i < len(all); i += len(all) / 40 {
			whole := strings.Join(all[:i], "")
			before, after := strings.ReplaceAll(whole, "T00:", "T01:"), strings.ReplaceAll(strings.Join(all[i:], ""), "T00:", from)
			problems, summary := alone(t, before+strings.ReplaceAll(after, "T01:", from))
			if problems != "" || (len(summary.Notes) == 1) != (from == "T00:") {
				t.Errorf("from line %d on %s: %s, %q", i+1, from, problems, summary.Notes)
			}
		}
	}
}

// What follows the end of a process is a problem, and no more.
func TestLinesBehindTheEnd(t *testing.T) {
	all := lines(record(t, 1, 1, zapcore.InfoLevel))
	end := all[len(all)-1]
	problems, _ := verified(t, []byte(strings.Join(all[:3], "")+end+strings.Join(all[3:], "")))
	if !strings.Contains(strings.Join(problems, "\n"), "it follows server.shutdown_completed") {
		t.Errorf("%q", problems)
	}
}

// Lines that were dropped, and owned up to, are no problem, and neither is what they
// would have told.
func TestDropped(t *testing.T) {
	log := lines(usual(3))
	at := 5 // two lines are missing: a stream.closed, and message.evicted
	dropped := `{"seq":8,"level":"error","time":"2026-01-02T03:04:05.008000Z","logger":"log","msg":"log entries dropped","event":"log.entries_dropped","count":2}` + "\n"
	rest := strings.Join(log[at+2:], "")
	for seq := len(log); seq >= at+3; seq-- {
		rest = strings.Replace(rest, fmt.Sprintf(`"seq":%d,`, seq), fmt.Sprintf(`"seq":%d,`, seq+1), 1)
	}
	if problems, summary := alone(t, strings.Join(log[:at], "")+dropped+rest); problems != "" || summary.Dropped != 2 {
		t.Errorf("%s, %+v", problems, summary)
	}
	falsified := strings.Replace(dropped, `"count":2`, `"count":1`, 1)
	if problems, _ := alone(t, strings.Join(log[:at], "")+falsified+rest); !strings.Contains(problems, "1 line is missing before it") {
		t.Errorf("a count that is wrong: %q", problems)
	}
}

// One missing line is one problem, however many lines it leaves alone.
func TestOneHoleOneProblem(t *testing.T) {
	log := lines(usual(3))
	for i := 1; i < len(log)-1; i++ {
		problems, _ := verified(t, []byte(strings.Join(log[:i], "")+strings.Join(log[i+1:], "")))
		if len(problems) != 1 {
			t.Errorf("without line %d: %q", i+1, problems)
		}
	}
}

// A rotated file that is missing is one problem if a stream was open before it and
// is told of behind it; else what is left could as well be of two servers.
func TestMissingFile(t *testing.T) {
	log := lines(usual(3))
	for _, test := range []struct {
		until, from int
		problems    int
	}{{4, 5, 1}, {4, 9, 0}, {7, 8, 0}} {
		dir := t.TempDir()
		names := []string{filepath.Join(dir, "server.log"), filepath.Join(dir, "server.log.1")}
		for i, part := range [][]string{log[test.from:], log[:test.until]} {
			if err := os.WriteFile(names[i], []byte(strings.Join(part, "")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var problems []string
		v := verify.New(func(p verify.Problem) { problems = append(problems, p.Error()) })
		if _, err := reading.Read(t.Context(), reading.Files(names), v.Line); err != nil {
			t.Fatal(err)
		}
		v.End()
		if len(problems) != test.problems || test.problems > 0 && !strings.Contains(problems[0], "server.log.1:4, by the same process: 1 line is missing between number 4 and number 6") {
			t.Errorf("lines %d to %d are missing: %q", test.until+1, test.from, problems)
		}
	}
}

// What is kept is what is open.
func TestMemory(t *testing.T) {
	const streams = 20_000
	log := usual(streams)
	kept := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := kept()
	problems, summary := verified(t, log)
	if len(problems) > 0 || summary.Closed != streams {
		t.Fatalf("%q, %+v", problems, summary)
	}
	v := verify.New(func(p verify.Problem) { t.Error(p) })
	if _, err := reading.Read(t.Context(), reading.Stream("log", bytes.NewReader(log)), v.Line); err != nil {
		t.Fatal(err)
	}
	// A minute's lines may still be waited for, some 60 000; all of 120 000 are more.
	if held := kept() - before; held > 24<<20 {
		t.Errorf("%d bytes are held", held)
	}
	runtime.KeepAlive(v)
	runtime.KeepAlive(log)
}

// A process that was killed ends without a word, and the next one appends to its log.
func TestKilled(t *testing.T) {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		killed := startProcess(t, &log, zapcore.InfoLevel)
		id := killed.server.Submit("Hello")
		killed.clients.Go(func() { killed.read("/stream/" + id + "?interval=1s") })
		killed.settle()
		killed.crash()
		next := startProcess(t, &log, zapcore.InfoLevel)
		next.play(1)
		time.Sleep(time.Minute) // of the bubble
		next.shutDown()
	})
	problems, summary := verified(t, log.Bytes())
	if len(problems) > 0 || summary.Runs != 2 || len(summary.Notes) != 1 || !strings.Contains(summary.Notes[0], "it still runs, or was killed") {
		t.Errorf("%q, %+v", problems, summary)
	}
}
