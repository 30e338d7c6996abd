package main

import (
	"bufio"
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
	if code != exitFailed || strings.Count(out, "\n") != 5 || !strings.Contains(out, "\n"+`{"type":"total","clients":24,"finished":20,"failed":4,"running":0,"unknown":0,"refused":0,"sides":{`) {
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
