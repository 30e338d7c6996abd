package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/load"
	"sseserver/internal/load/report"
	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
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

// ended tells whether the program ended with an exit code. Over a few ms the
// tests may use all processors, so exit code 3 for that is not a failure of the
// program.
func (o outcome) ended(code int) bool {
	return o.code == code || o.code == report.Invalid.ExitCode() && strings.Contains(o.stdout+o.stderr, "! the generator used ")
}

// sseload runs the program in this process.
func sseload(args ...string) outcome { return sseloadWith(rest, args...) }

func sseloadWith(rest func(context.Context), args ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := run(process{args: args, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, rest: rest})
	return outcome{code, stdout.String(), stderr.String()}
}

// crowd are the options of a few clients that come at once, and of a run that is
// valid also on a busy machine.
func crowd(more ...string) []string {
	return append([]string{"--clients=8", "--ramp=1000", "--generator-limit=1h"}, more...)
}

// quick are the options of a run that ends with its streams, in a fraction of a
// second.
func quick(more ...string) []string {
	return crowd(append([]string{"--duration=1m", "--interval=2ms", "--drain=1m", "--once"}, more...)...)
}

func TestRunAndItsFiles(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	got := sseload(quick(server.URL, "--message-bytes=50", "--json", file("r.json"), "--html", file("r.html"), "--hgrm", file("r.hgrm"))...)
	if !got.ended(0) || got.stderr != "submitting a message and opening one stream …\nsubmitting 8 messages …\n" {
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
	wantsCode := func(met int) int { // the one that a run that is invalid makes of it
		if r.ExitCode == 3 {
			return 3
		}
		return met
	}
	got = sseload("compare", file("r.json"), file("r.json"), "-t", "lateness.p99<1.1x")
	if got.code != wantsCode(0) || got.code == 0 && !strings.Contains(got.stdout, "✓ lateness.p99<1.1x") {
		t.Errorf("compare with a threshold: got %+v", got)
	}
	if got = sseload("compare", file("r.json"), file("r.json"), "-t", "events>1.1x"); got.code != wantsCode(99) {
		t.Errorf("compare with a threshold not met: got %+v", got)
	}

	// What is merged may also be what is written.
	got = sseload("merge", file("r.json"), "--json", file("r.json"), "-t", "events<5")
	if got.code != wantsCode(99) || !strings.Contains(got.stdout, "✗ events<5") {
		t.Errorf("merge: got %+v", got)
	}
	if r, err = report.Read(file("r.json")); err != nil || r.Counts.Events != 8*50 || len(r.Parts) != 1 {
		t.Errorf("merged: %v, %+v", err, r)
	}
	got = sseload("merge", file("r.json"), file("r.json"))
	if got.code != exitError || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, "the same run") {
		t.Errorf("merge of a report with itself: got %+v", got)
	}
	for flag, start := range map[string]string{"json": "{", "csv": "time,at_s", "junit": "<?xml", "hgrm": " "} {
		got = sseload("merge", file("r.json"), "--"+flag, "-")
		if !strings.HasPrefix(got.stdout, start) || !strings.Contains(got.stderr, "lateness ms") || strings.Contains(got.stdout, "lateness ms") {
			t.Errorf("--%s - : got %+v", flag, got)
		}
	}
}

func TestThresholdNotMet(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	got := sseload(quick(server.URL, "--message-bytes=50", "--threshold=events_per_second<1")...)
	if !got.ended(99) || !strings.Contains(got.stdout, "✗ events_per_second<1") {
		t.Errorf("got %+v", got)
	}
}

func TestURLAndHeaders(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	id := server.Submit("hello")
	got := sseload(quick("--url", server.URL+"/stream/"+id+"?interval=2ms", "-H", "Accept: text/event-stream, */*", "-H", "Last-Event-ID: 2")...)
	if !got.ended(0) || !strings.Contains(got.stdout, "8 completed") {
		t.Errorf("got %+v", got)
	}
}

// A server behind TLS, whose certificate nobody knows: messages are submitted
// to it and streamed over both protocols, and only if that was asked for.
func TestInsecure(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var streamed atomic.Int32 // the HTTP version of the last stream
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	front := httptest.NewUnstartedServer(&httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		if r.In.Method == http.MethodGet {
			streamed.Store(int32(r.In.ProtoMajor))
		}
		r.SetURL(to)
	}})
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that fail
	front.EnableHTTP2 = true
	front.StartTLS()
	t.Cleanup(front.Close)
	for protocol, version := range map[string]int32{"http1": 1, "h2": 2} {
		got := sseload(quick(front.URL, "--message-bytes=20", "--insecure", "--protocol", protocol)...)
		if !got.ended(0) || !strings.Contains(got.stdout, "8 completed") || streamed.Load() != version {
			t.Errorf("%s: got %+v, over HTTP/%d", protocol, got, streamed.Load())
		}
		got = sseload(quick(front.URL, "--protocol", protocol)...)
		if got.code != exitError || !strings.Contains(got.stderr, "certificate signed by unknown authority") {
			t.Errorf("%s without --insecure: got %+v", protocol, got)
		}
	}
}

// written is a file with the text.
func written(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestBadCommandLine(t *testing.T) {
	csv := written(t, "name,text\na,b\nc,\"two\nlines\"\n")
	bad := written(t, "first name\nx\n")
	tests := []struct {
		args []string
		want string
	}{
		{nil, "say what to load"},
		{[]string{"http://a", "--body", "{}"}, "a body needs a method: use --method POST"},
		{[]string{"http://a", "--method", "POST", "--body", "a", "--body-file", csv}, "--body-file: there is a body already"},
		{[]string{"http://a", "--method", "POST", "--body-file", "nowhere"}, "--body-file: open nowhere"},
		{[]string{"http://a", "--method", "P T"}, `method "P T" is not valid`},
		{[]string{"http://a", "--method", ""}, `--method: want a text, got ""`},
		{[]string{"http://a", "--user", "me"}, "--user: want name:password"},
		{[]string{"http://a", "--user", "me:secret", "-H", "authorization: x"}, "exclude each other"},
		{[]string{"http://a", "--data", "nowhere"}, "--data: open nowhere"},
		{[]string{"http://a", "--data", csv}, "--data has 2 rows, which is too few for 100 clients"},
		{[]string{"http://a/{client}", "--data", csv, "-c", "2"}, "--data: no column is used; write {name} or {text} in an address, a header value, --user or the body"},
		{[]string{"http://a", "--data", bad}, `column "first name": a name is`},
		{[]string{"--url", "http://a/{nmae}", "--data", csv, "-c", "2"}, "unknown placeholder {nmae}; did you mean {name}?"},
		{[]string{"http://a", "-H", "A: {clint}"}, "--header A: unknown placeholder {clint}; did you mean {client}?"},
		{[]string{"http://a", "--method", "POST", "--body", "{uid}"}, "--body: unknown placeholder {uid}; did you mean {uuid}?"},
		{[]string{"http://a", "-H", "A: {text}", "--data", csv, "-c", "2"}, "the request of client 1: eventsource: value"},
		{[]string{"http://a", "ftp://b"}, `address "ftp://b": the scheme must be http or https`},
		{[]string{"https://a", "http://b", "--protocol", "h2"}, "--protocol h2 needs an https address"},
		{[]string{"http://a", "--clients", "many"}, `--clients: want a whole number, more than 0, got "many"`},
		{[]string{"http://a", "-c", "0"}, `-c: want a whole number, more than 0, got "0"`},
		{[]string{"http://a", "--clients=5", "--clients=0"}, `--clients: want a whole number, more than 0, got "0"`},
		{[]string{"http://a", "--ramp", "0"}, `--ramp: want a number, more than 0, got "0"`},
		{[]string{"http://a", "--ramp", "NaN"}, `--ramp: want a number, more than 0, got "NaN"`},
		{[]string{"http://a", "--duration", "0s"}, `--duration: want a duration such as 1m30s, more than 0, got "0s"`},
		{[]string{"http://a", "--interval", "-1ms"}, `--interval: want a duration such as 50ms, got "-1ms"`},
		{[]string{"http://a", "--message", ""}, `--message: want a text, got ""`},
		{[]string{"http://a", "--message-bytes", "-1"}, `--message-bytes: want a whole number, 0 or more, got "-1"`},
		{[]string{"http://a", "--seed", "x"}, `--seed: want a whole number, 0 or more, got "x"`},
		{[]string{"http://a", "--once=maybe"}, `--once: want true or false, got "maybe"`},
		{[]string{"http://a", "--drain"}, "--drain: needs a value"},
		{[]string{"http://a", "--frobnicate"}, "--frobnicate: unknown flag; sseload --help lists what there is"},
		{[]string{"http://a", "--frob\nnicate"}, "--frob nicate: unknown flag"},
		{[]string{"http://a", "--treshold=lost==0"}, "--treshold: unknown flag; did you mean --threshold?"},
		{[]string{"http://a", "--kind", "words"}, `"words"`},
		{[]string{"http://a", "--sequence", "x"}, "--sequence"},
		{[]string{"http://a", "--anchor", "x"}, "--anchor"},
		{[]string{"--url=http://a", "--expect-done", "data:"}, `--expect-done: want close, data:TEXT or event:NAME, got "data:"`},
		{[]string{"http://a", "--expect-done", "close"}, "--expect-done is for --url"},
		{[]string{"--url=http://a", "--token", "content"}, `--token: "content" is no path`},
		{[]string{"http://a", "--token", "data.content"}, "--token is for --url"},
		{[]string{"http://a", "--timestamp", "data.at"}, "--timestamp is for --url"},
		{[]string{"--url=http://a", "--unit", "ms"}, "--unit and --clock-offset need --timestamp"},
		{[]string{"--url=http://a", "--timestamp=data.at", "--unit", "m"}, "--unit: want s, ms, us, ns or rfc3339"},
		{[]string{"--url=http://a", "--timestamp=data.at", "--clock-offset", "5"}, "--clock-offset: want a duration"},
		{[]string{"http://a", "--header", "no colon"}, "Name: value"},
		{[]string{"http://a", "--source-addresses", "255"}, "1 to 254"},
		{[]string{"http://a", "--source-addresses", "127.0.0.1,x"}, `"x" is no address`},
		{[]string{"http://a", "--reconnect", "0.2"}, `--reconnect: want 0% to 100%, or a number of clients, got "0.2"`},
		{[]string{"http://a", "--stall", "101%"}, `--stall: want 0% to 100%, or a number of clients, got "101%"`},
		{[]string{"http://a", "--threshold", "latenes.p99<5ms"}, `--threshold: "latenes.p99<5ms": unknown name "latenes"`},
		{[]string{"http://a", "--json", "/nowhere/x.json"}, "cannot write the report"},
		{[]string{"http://a", "--json", os.DevNull, "--csv", os.DevNull}, "--json and --csv cannot both be"},
		{[]string{"http://a", "--clients", "9000000"}, "limit"},
		{[]string{"http://a", "--stages", "30s"}, `--stages: "30s" is no stage, want a duration and a number of clients, as in 30s:100`},
		{[]string{"http://a", "--stages", "1s:5", "--clients", "5"}, "leave out --clients, --ramp and --duration"},
		{[]string{"http://a", "--stages", "1s:5", "--duration", "10s"}, "leave out --clients, --ramp and --duration"},
		{[]string{"http://a", "--stages", "1s:5", "--find-limit", "lost==0"}, "--find-limit tries one load after the other"},
		{[]string{"http://a", "--find-limit", "lost"}, `--find-limit: "lost": no comparison`},
		{[]string{"http://a", "--arrivals", "5", "--clients", "100"}, "leave out --clients and --ramp"},
		{[]string{"compare", "one.json"}, "compare wants 2 arguments, not 1"},
		{[]string{"schema", "2"}, "schema wants 0 arguments, not 1"},
		{[]string{"merge"}, "merge wants 1 arguments or more, not 0"},
		{[]string{"comapre", "a.json", "b.json"}, `"comapre" is no command and no address; did you mean compare?`},
		{[]string{"merg", "a.json"}, `"merg" is no command and no address; did you mean merge?`},
		{[]string{"compare", "a.json", "b.json", "--clients=3"}, "compare does not take --clients"},
		{[]string{"merge", "a.json", "--once"}, "merge does not take --once"},
		{[]string{"compare", "a.json", "b.json", "-t", "latenes.p99<1.1x"}, `--threshold: "latenes.p99<1.1x": unknown name "latenes"`},
		{[]string{"http://a", "-t", "lateness.p99<1.1x"}, `--threshold: "lateness.p99<1.1x": "1.1x" is no duration`},
		{[]string{"http://a", "--json", "-", "--csv", "-"}, "--json and --csv cannot both be - (standard output)"},
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
		_, after, _ := strings.Cut("\n"+got.stderr, "\nsseload: ") // the line before it says what it was about to do
		if got.code != exitError || strings.Count(after, "\n") != 1 {
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
	help := sseload("--help").stdout
	if strings.Contains(help, "sseload "+load.WorkerArg) {
		t.Error("the help shows the command that is none of the user's business")
	}
	for _, want := range []string{"   sseload schema ", "\nUNRULY CLIENTS:\n", "   --duration duration, -d ", "(default: 10s)", "-H ", "--insecure "} {
		if !strings.Contains(help, want) {
			t.Errorf("--help lacks %q:\n%s", want, help)
		}
	}
}

// Every flag of a run, wherever it stands, and what it means to load.
func TestFlags(t *testing.T) {
	token, err := track.ParsePath("data.x")
	if err != nil {
		t.Fatal(err)
	}
	behind := -5 * time.Millisecond
	want := load.Config{
		URLs: []string{"c", "http://a", "b"}, Clients: 50, Ramp: 2.5, Duration: 90 * time.Second, Drain: time.Second, Once: true, Processes: 2, Seed: 7,
		Kind: track.Progress, Message: "hi", MessageBytes: 3, Shared: true, Interval: time.Millisecond, Fault: "cut@3,drop:5%",
		Numbering: track.ByID, FirstEvent: true, Done: "data:[DONE]", Token: token, Timestamp: track.Timestamp{Path: token, Unit: "us"}, ClockOffset: &behind, MaxEventBytes: 1000,
		Protocol: "h2", Method: "POST", Body: "body of a file", User: "me:x",
		Columns: []string{"a", "b"}, Rows: [][]string{{"1", "2, 3"}}, Header: http.Header{"A": {"1", "2"}, "B-C": {"d: e"}}, Insecure: true,
		SourceAddresses: load.Loopback(2), Reconnect: 10, SlowReaders: 3, SlowRate: 64, Stall: 5, GeneratorLimit: 25 * time.Millisecond,
	}
	for _, text := range []string{"lost==1", "goodput>=99%"} {
		condition, err := threshold.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		want.Thresholds = append(want.Thresholds, condition)
	}
	got, err := parse([]string{
		"-c", "50", "--ramp=2.5", "-d=1m30s", "http://a", "b", "--url", "c", "--method=POST", "-u", "me:x",
		"--body-file", written(t, "body of a file"), "--data", written(t, "a,b\n1,\"2, 3\"\n"), "--drain", "1s", "-once", "--processes", "2", "--seed=7",
		"--kind", "progress", "--message", "hi", "--message-bytes", "3", "--shared", "--interval", "1ms", "--fault", "cut@3", "--fault=drop:5%",
		"--sequence", "id", "--anchor", "first-event", "--expect-done", "data: [DONE]", "--token=data.x", "--timestamp=data.x", "--unit=us", "--clock-offset=-5ms", "--max-event-bytes", "1_000",
		"--protocol", "h2", "-H", "a: 1", "--header", "a:2", "--header=B-C: d: e", "--insecure=true", "--source-addresses", "2",
		"--reconnect", "20%", "--slow-readers", "3", "--slow-rate", "64", "--stall", "9.9%",
		"-t", "lost==1", "--threshold=goodput>=99%", "--generator-limit", "25ms", "--json", "j", "--html", "h", "--hgrm", "p", "--csv", "c", "--junit", "u", "--metrics-addr", "m:1",
	}, io.Discard)
	if want := (forms{"j", "h", "p", "c", "u"}); err != nil || got.action != doRun || got.forms != want || got.metricsAddr != "m:1" {
		t.Errorf("got action %d, files %+v, error %v", got.action, got.forms, err)
	}
	if !reflect.DeepEqual(got.config, want) {
		t.Errorf("\n got %+v\nwant %+v", got.config, want)
	}
}

// What is left open of the shape stays so: load knows its defaults, and whether
// flags that replace each other were given.
func TestFlagsOfTheShape(t *testing.T) {
	for line, want := range map[string]load.Config{
		"--stages 30s:100,1m:0 --stall 10%": {Stages: load.Stages{{Over: 30 * time.Second, Clients: 100}, {Over: time.Minute}}, Stall: 10},
		"--arrivals 2.5 --stall 20%":        {Arrivals: 2.5, Stall: 5},
		"--think 2s --stall 10%":            {Think: 2 * time.Second, Stall: 10},
	} {
		want.URLs, want.Drain, want.Protocol, want.Processes = []string{"a"}, load.DefaultDrain, "http1", 1
		want.MaxEventBytes, want.SlowRate = load.DefaultMaxEventBytes, load.DefaultSlowRate
		want.GeneratorLimit = load.DefaultGeneratorLimit
		got, err := parse(append(strings.Fields(line), "--url", "a"), io.Discard)
		if err != nil || !reflect.DeepEqual(got.config, want) {
			t.Errorf("%s: error %v\n got %+v\nwant %+v", line, err, got.config, want)
		}
	}
}

func TestDefaultsOfFlags(t *testing.T) {
	got, err := parse([]string{"--url", "a/b"}, io.Discard)
	want := load.Config{
		URLs: []string{"a/b"}, Drain: load.DefaultDrain, Protocol: "http1",
		Processes: 1, MaxEventBytes: load.DefaultMaxEventBytes, SlowRate: load.DefaultSlowRate, GeneratorLimit: load.DefaultGeneratorLimit,
	}
	if err != nil || !reflect.DeepEqual(got.config, want) {
		t.Errorf("error %v\n got %+v\nwant %+v", err, got.config, want)
	}
}

func TestCommands(t *testing.T) {
	for line, want := range map[string]action{
		"compare a.json b.json": doCompare, "compare -- a.json b.json": doCompare, "merge a.json b.json": doMerge, "schema": doSchema, load.WorkerArg: doWork,
		"--help": nothing, "http://a -v": nothing,
	} {
		got, err := parse(strings.Fields(line), io.Discard)
		if err != nil || got.action != want || (want == doCompare || want == doMerge) && !slices.Equal(got.files, []string{"a.json", "b.json"}) {
			t.Errorf("%s: got action %d, files %q, error %v; want action %d", line, got.action, got.files, err, want)
		}
	}
}

// Shares and numbers of clients, as the flags take them.
func TestShare(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "7": 7, "20%": 10, "100%": 50, "1%": 1, "0%": 0} {
		var s share
		if err := part(&s)(text); err != nil || s.of(50) != want {
			t.Errorf("%s of 50: got %d, %v; want %d", text, s.of(50), err, want)
		}
	}
}

// Ctrl-C in the middle of a run of several processes: a partial report, and
// nobody is left behind.
func TestInterruptOfAProgram(t *testing.T) {
	t.Parallel()
	for _, processes := range []string{"1", "2"} {
		var here sync.WaitGroup
		here.Add(1 + 8) // the preflight and the clients
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			begin(w)
			here.Done()
			<-r.Context().Done()
		}))
		defer server.Close()
		file := filepath.Join(t.TempDir(), "r.json")
		program := exec.Command(os.Args[0], crowd("--url", server.URL, "--duration=1h", "--processes", processes, "--json", file)...)
		program.Env = append(os.Environ(), asProgram+"=1")
		var stdout, stderr lockedBuffer
		program.Stdout, program.Stderr = &stdout, &stderr
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		here.Wait()
		for range 2 { // as timeout(1) sends it, to the program and to its group
			if err := program.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
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

// lockedBuffer is a buffer that a program's output may be copied to while a
// test reads it.
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
