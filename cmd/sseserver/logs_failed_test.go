package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// reader reads a stream up to its end, or until it has seen an id, and leaves then.
func (s *liveServer) reader(t *testing.T, path, after, until string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Error(err)
		return
	}
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if until != "" && lines.Text() == "id: "+until {
			return
		}
	}
}

// inspect calls `sseserver logs`, and returns its exit code and what it writes.
func inspect(stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	var out, complaints bytes.Buffer
	code = run(process{args: append([]string{"logs"}, args...), env: noEnv, stdin: stdin, stdout: &out, stderr: &complaints})
	return code, out.String(), complaints.String()
}

// aDay is the log of a program that had 24 clients: 4 of them never got their whole
// stream, and 10 dropped, resumed and finished.
func aDay(t *testing.T) (log, left, deleted string) {
	t.Helper()
	server := startServer(t)
	left = server.submit(t, "a message that all of them want to read")
	deleted = server.submit(t, strings.Repeat("long enough to be deleted ", 100))
	var clients sync.WaitGroup
	for range 10 {
		clients.Go(func() { server.reader(t, "/stream/"+left, "", "") })
		clients.Go(func() {
			server.reader(t, "/progress/"+left, "", "20")
			server.reader(t, "/progress/"+left, "20", "")
		})
	}
	clients.Go(func() { server.reader(t, "/stream/"+left+"?interval=50ms", "", "3") })
	clients.Go(func() { server.reader(t, "/stream/"+left+"?fault=cut@7", "", "") })
	clients.Go(func() { server.reader(t, "/stream/"+left+"?fault=nodone", "", "") })
	clients.Go(func() {
		server.reader(t, "/stream/"+deleted+"?interval=20ms", "", "1")
	})
	clients.Wait()
	server.log.await("stream.closed", 34)
	server.stop(t)
	path := filepath.Join(t.TempDir(), "server.log")
	if err := os.WriteFile(path, server.log.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, left, deleted
}

// Which clients did not finish, when, why, and whose fault it was: one command says it.
func TestLogsFailed(t *testing.T) {
	log, left, other := aDay(t)
	code, out, complaints := inspect(nil, "failed", log)
	if code != exitFailed || complaints != "" {
		t.Errorf("exit code %d, complaints %q", code, complaints)
	}
	for _, want := range []string{
		"4 of 24 clients did not finish: ",
		left + "  127.0.0.1  7 of 39\n              test plan: fault, not resumed, stream ",
		". Its test plan ended the stream (cut@7).\n",
		left + "  127.0.0.1  39 of 39\n              test plan: completed, not resumed, stream ",
		". Its test plan left out the last event (nodone).\n",
		other + "  127.0.0.1  ",
		": client_gone, not resumed, stream ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if n := strings.Count(out, "127.0.0.1"); n != 4 || t.Failed() {
		t.Errorf("%d clients are listed:\n%s", n, out)
	}

	code, out, _ = inspect(nil, "failed", "--json", log)
	if code != exitFailed || strings.Count(out, "\n") != 5 || !strings.Contains(out, "\n"+`{"type":"total","clients":24,"finished":20,"failed":4,"running":0,"refused":0,"sides":{`) {
		t.Errorf("exit code %d, as JSON:\n%s", code, out)
	}
	if lines, err := os.Open(log); err == nil {
		defer lines.Close()
		if code, out, complaints := inspect(lines, "explain", other[:8]); code != exitOK || !strings.Contains(out, "message "+other+"\n") ||
			!strings.Contains(out, ". The client got ") || complaints != "" {
			t.Errorf("from standard input, exit code %d, complaints %q:\n%s", code, complaints, out)
		}
	}
}

// What cannot be done is one line each.
func TestLogsComplaints(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.log")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "foreign.log")
	if err := os.WriteFile(foreign, []byte("Nov 26 12:00:00 host kernel: hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args string
		code int
		want string
	}{
		{"failed " + empty, exitFailed, "empty.log"},
		{"failed " + foreign, exitFailed, "foreign.log"},
		{"failed /nowhere/server.log", exitFailed, "no such file"},
		{"failed --jason", exitInvalid, "did you mean --json?"},
		{"explain", exitInvalid, "needs an ID"},
		{"explain 12345678 " + foreign, exitFailed, "foreign.log"},
		{"events stream.closd", exitInvalid, "did you mean stream.closed?"},
		{"follow --lines=5x", exitInvalid, "from 0 to 5000"},
		{"follow --insecure=si", exitInvalid, "must be true or false"},
		{"failed /nowhere/\x1b[31m\u202e", exitFailed, `/nowhere/\x1b[31m\u202e: no such file`},
		{"lnav-format x.log", exitInvalid, "reads no files"},
	}
	for _, test := range tests {
		code, out, complaints := inspect(nil, strings.Fields(test.args)...)
		if code != test.code || out != "" || !strings.HasPrefix(complaints, "sseserver logs: ") || strings.Count(complaints, "\n") != 1 || !strings.Contains(complaints, test.want) {
			t.Errorf("logs %s\n got %d, %q, %q\nwant %d, one line with %q", test.args, code, out, complaints, test.code, test.want)
		}
	}
}

func TestLogsEventsAndFormat(t *testing.T) {
	if code, out, complaints := inspect(nil, "events"); code != exitOK || complaints != "" || !strings.Contains(out, "\nstream.closed ") {
		t.Errorf("events: %d, %q\n%s", code, complaints, out)
	}
	if code, out, complaints := inspect(nil, "events", "stream.closed"); code != exitOK || complaints != "" || !strings.Contains(out, "\n   max_lag_ms ") {
		t.Errorf("events stream.closed: %d, %q\n%s", code, complaints, out)
	}
	if code, out, complaints := inspect(nil, "lnav-format"); code != exitOK || complaints != "" || !strings.Contains(out, `"sseserver_log": {`) {
		t.Errorf("lnav-format: %d, %q\n%s", code, complaints, out)
	}
}
