package main

import (
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// What breaks, and was not asked for, fails the run without another word. It
// breaks before the first event, after which a client that is late would go.
func TestFaultyServersFail(t *testing.T) {
	t.Parallel()
	var attempts sync.Map // of each client, as *atomic.Int32
	attempt := func(r *http.Request) int32 {
		client, _ := attempts.LoadOrStore(r.Host+r.URL.RawQuery, new(atomic.Int32))
		return client.(*atomic.Int32).Add(1)
	}
	tests := []struct {
		name  string
		serve http.HandlerFunc // but for the preflight
		drain string           // for which nobody waits, but where nothing ever comes
		want  string
	}{
		{"all truncated", func(w http.ResponseWriter, r *http.Request) {
			if attempt(r) > 1 {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			_, _ = io.WriteString(w, "retry: 1\n\n")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "", "✗ truncated==0"},
		{"refused once, and let in later", func(w http.ResponseWriter, r *http.Request) {
			switch attempt(r) {
			case 1: // it may come again at once
				_, _ = io.WriteString(w, "retry: 1\n\n")
			case 2:
				panic(http.ErrAbortHandler)
			default:
				begin(w)
				<-r.Context().Done()
			}
		}, "", "✗ errors==0"},
		{"redirected in a circle", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "", "✗ errors==0"},
		{"an event that is too long", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "data: "+strings.Repeat("x", 2000)+"\n\n")
		}, "", "✗ errors==0"},
		{"nothing but comments", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, ": nothing to say\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "--drain=200ms", "FAIL: no event arrived"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				if requests.Add(1) == 1 {
					return // to the preflight all looks well
				}
				tt.serve(w, r)
			}))
			defer server.Close()
			wantFail(t, sseload(crowd("--url", server.URL+"?{client}", "--duration=200ms", cmp.Or(tt.drain, "--drain=1m"), "--max-event-bytes=1000")...), tt.want)
		})
	}
}

// begin sends an event.
func begin(w http.ResponseWriter) {
	_, _ = io.WriteString(w, "data: x\n\n")
	_ = http.NewResponseController(w).Flush()
}

// A server that dies in the middle of the run.
func TestServerThatDiesFails(t *testing.T) {
	t.Parallel()
	var streams atomic.Int32
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, ": no event, which the run waits for\n\n")
		_ = http.NewResponseController(w).Flush()
		if streams.Add(1) == 9 { // all are there, with the preflight
			go func() { // ends once the connections are closed
				_ = server.Listener.Close()
				server.CloseClientConnections()
			}()
		}
		<-r.Context().Done()
	}))
	defer server.Close()
	wantFail(t, sseload(crowd("--url", server.URL, "--duration=200ms", "--drain=2s")...), "✗ truncated==0")
}

// wantFail wants exit code 99 and a reason.
func wantFail(t *testing.T, got outcome, want string) {
	t.Helper()
	if got.code == 3 { // see ended
		want = strings.TrimPrefix(want, "FAIL: ")
	}
	if !got.ended(99) || !strings.Contains(got.stdout, want) {
		t.Errorf("want exit code 99 and %q, got %d\n%s%s", want, got.code, got.stdout, got.stderr)
	}
}
