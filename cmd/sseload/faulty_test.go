package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// What breaks, and was not asked for, fails the run without another word.
func TestFaultyServersFail(t *testing.T) {
	tests := []struct {
		name  string
		serve func(n int, w http.ResponseWriter, r *http.Request) // the n-th request, after the preflight
		want  string
	}{
		{"all truncated", func(_ int, w http.ResponseWriter, r *http.Request) {
			if begin(w, r) {
				panic(http.ErrAbortHandler)
			}
		}, "✗ truncated==0"},
		{"some refused, and let in later", func(n int, w http.ResponseWriter, r *http.Request) {
			if n <= 3 {
				panic(http.ErrAbortHandler)
			}
			begin(w, r)
			<-r.Context().Done()
		}, "✗ errors==0"},
		{"redirected in a circle", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "✗ errors==0"},
		{"an event that is too long", func(_ int, w http.ResponseWriter, r *http.Request) {
			begin(w, r)
			_, _ = io.WriteString(w, "data: "+strings.Repeat("x", 2000)+"\n\n")
		}, "✗ errors==0"},
		{"nothing but comments", func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, ": nothing to say\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "FAIL: no event arrived"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				n := int(requests.Add(1)) - 1
				if n == 0 {
					return // to the preflight all looks well
				}
				tt.serve(n, w, r)
			}))
			defer server.Close()
			wantFail(t, sseload("--url", server.URL, "--clients=8", "--ramp=1000", "--duration=200ms", "--drain=3s", "--max-event-bytes=1000"), tt.want)
		})
	}
}

// begin sends an event to those who have none yet. It says false to the others,
// of whom it takes leave.
func begin(w http.ResponseWriter, r *http.Request) bool {
	if r.Header.Get("Last-Event-ID") != "" {
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	_, _ = io.WriteString(w, "retry: 1\nid: 1\ndata: x\n\n")
	_ = http.NewResponseController(w).Flush()
	return true
}

// A server that dies in the middle of the run.
func TestServerThatDiesFails(t *testing.T) {
	var streams atomic.Int32
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		begin(w, r)
		if streams.Add(1) == 9 { // all are there, with the preflight
			go func() { // ends once the connections are closed
				_ = server.Listener.Close()
				server.CloseClientConnections()
			}()
		}
		<-r.Context().Done()
	}))
	defer server.Close()
	wantFail(t, sseload("--url", server.URL, "--clients=8", "--ramp=1000", "--duration=2s"), "✗ truncated==0")
}

// wantFail allows for a machine on which the generator was not fit.
func wantFail(t *testing.T, got outcome, want string) {
	t.Helper()
	if got.code == 3 && strings.HasPrefix(want, "FAIL: ") {
		want = strings.TrimPrefix(want, "FAIL: ")
	}
	if got.code != 99 && got.code != 3 || !strings.Contains(got.stdout, want) {
		t.Errorf("want exit code 99 and %q, got %d\n%s%s", want, got.code, got.stdout, got.stderr)
	}
}
