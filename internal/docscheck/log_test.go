package docscheck

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

// makeLog writes the log that logs.md and logs-howto.md ask: of a server that has ended,
// with one client that got its message, one that resumed after a fault, one that did not,
// and two that were refused. It returns what stands for the id and the times that are shown.
func makeLog(t *testing.T, bin, dir, document string) (stand []string) {
	t.Helper()
	if !slices.Contains([]string{"logs.md", "logs-howto.md"}, filepath.Base(document)) {
		return nil
	}
	var message string
	if !t.Run("log", func(t *testing.T) { // the server ends with this test
		server := serve(t, shell(bin, dir, "sseserver --log-file server.log"), serves)
		message = submit(t, server)
		stream := server + "/stream/" + message
		for _, try := range []struct{ url, last string }{
			{stream + "?interval=1ms", ""},
			{stream + "?interval=1ms&fault=cut@5", ""},
			{stream + "?interval=1ms&fault=cut@5", "4"},
			{stream + "?interval=1ms&fault=cut@7", ""},
			{stream + "?interval=forever", ""},
			{server + "/stream/unknown", ""},
		} {
			request, err := http.NewRequest("GET", try.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if try.last != "" {
				request.Header.Set("Last-Event-ID", try.last)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, response.Body) // two are cut
			response.Body.Close()
		}
	}) {
		t.FailNow()
	}
	return append(moment(t, filepath.Join(dir, "server.log")), "5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01", message)
}

// moment returns what stands for the minute of the document, which is that of the first line.
func moment(t *testing.T, path string) (stand []string) {
	t.Helper()
	log, err := os.ReadFile(path)
	match := regexp.MustCompile(`"time":"([^"]{16})`).FindSubmatch(log)
	if err != nil || match == nil {
		t.Fatalf("no time in the log: %v", err)
	}
	minute, err := time.Parse(shownMinute, string(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"2026-01-02T18:22", minute.Format(shownMinute),
		"2026-01-02T18:23", minute.Add(time.Minute).Format(shownMinute),
	}
}

const shownMinute = "2006-01-02T15:04"
