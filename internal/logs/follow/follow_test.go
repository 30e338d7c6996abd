package follow_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"sseserver/internal/logs/follow"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a server whose n-th answer is the n-th of these. It keeps what it was
// asked.
type script struct {
	answers []http.HandlerFunc
	asked   []*http.Request
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r)
	s.answers[min(len(s.asked), len(s.answers))-1](w, r)
}

// stream answers with an event stream, and then as its last word says.
func stream(frames string, last func(w http.ResponseWriter, r *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, ": connected\nretry: 1\n\n"+frames)
		_ = http.NewResponseController(w).Flush()
		last(w, r)
	}
}

// The last words of an answer.
func ends(http.ResponseWriter, *http.Request)       {}
func breaks(http.ResponseWriter, *http.Request)     { panic(http.ErrAbortHandler) }
func goesOn(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// told is what a reader is told, in order: lines, and notes behind a dash.
type told struct {
	all    []string
	lines  int
	enough int // lines after which it is ended
	end    context.CancelFunc
}

// run follows a script until there are enough lines, or it ends by itself.
func run(t *testing.T, config follow.Config, enough int, answers ...http.HandlerFunc) (*script, *told, error) {
	t.Helper()
	s := &script{answers: answers}
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = nil
	server.Start()
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := &told{enough: enough, end: cancel}
	config.URL = server.URL + "/log/events"
	config.Line = func(text []byte) error {
		got.all = append(got.all, string(text))
		got.lines++
		return nil
	}
	config.Flush = func() error {
		if got.lines >= got.enough {
			got.end()
		}
		return nil
	}
	config.Note = func(text string) { got.all = append(got.all, "- "+text) }
	err := follow.Run(ctx, config)
	return s, got, err
}

// A log goes on after a lost connection where it was, and with a server that was
// started anew from its first line.
func TestGoesOn(t *testing.T) {
	config := follow.Config{Level: "warn", Where: []string{"a=b", "c~d e"}, Backfill: 20, Token: "secret"}
	s, got, err := run(t, config, 5,
		stream("id: x-1\ndata: {1}\n\nid: x-2\nevent: live\ndata: {\"seq\":2}\n\nid: x-3\ndata: {3}\n\n", breaks),
		stream("id: x-4\ndata: {4}\n\nid: x-9\nevent: gap\ndata: {\"from\":5,\"to\":9,\"count\":4}\n\n", ends),
		status(http.StatusServiceUnavailable, ""),
		stream("event: restarted\ndata: {}\n\nid: y-1\ndata: {1}\n\nid: y-2\ndata: {2}\n\n", goesOn),
	)
	want := []string{
		"{1}", "{3}", "- the connection is lost", "- the server answers again", "{4}", "- lines 5 to 9 are not all here: up to 4 are missing",
		"- the server has ended; waiting for it to come back", "- the server answers again", "- the server was restarted and counts", "{1}", "{2}",
	}
	if err != nil || !slices.EqualFunc(got.all, want, strings.HasPrefix) {
		t.Errorf("%v\n got %q\nwant %q", err, got.all, want)
	}
	var ids, backfills []string
	for _, r := range s.asked {
		ids = append(ids, r.Header.Get("Last-Event-ID"))
		query := r.URL.Query()
		backfills = append(backfills, query.Get("backfill"))
		if query.Get("level") != "warn" || !slices.Equal(query["where"], config.Where) || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
	}
	if !slices.Equal(ids, []string{"", "x-3", "x-9", "x-9"}) || !slices.Equal(backfills, []string{"20", "5000", "5000", "5000"}) {
		t.Errorf("it came back after %q, with backfills of %q", ids, backfills)
	}
}

// What cannot be followed is told in one line.
func TestRefused(t *testing.T) {
	for want, answer := range map[string]http.HandlerFunc{
		"level must be warn": status(http.StatusBadRequest, `{"detail":"level must be warn"}`),
		"it needs its token": status(http.StatusUnauthorized, `{"detail":"no"}`),
		"it has no log":      status(http.StatusNotFound, ""),
		"another program":    status(http.StatusOK, "hello"),
		"it answers 503":     status(http.StatusServiceUnavailable, ""),
		"as many watch":      status(http.StatusServiceUnavailable, `{"detail":"as many watch already"}`),
		"no server answers":  breaks,
	} {
		_, got, err := run(t, follow.Config{}, 1, answer)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(got.all) > 0 {
			t.Errorf("%v; %q, want %q", err, got.all, want)
		}
	}
	var refused *follow.RefusedError
	_, _, err := run(t, follow.Config{}, 1, status(http.StatusBadRequest, ""))
	if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest {
		t.Errorf("%v", err)
	}
}

// Whoever does not take a line any more ends it.
func TestReaderLeaves(t *testing.T) {
	server := httptest.NewServer(stream("id: x-1\ndata: {1}\n\n", goesOn))
	defer server.Close()
	gone := errors.New("nobody reads")
	for _, config := range []follow.Config{
		{Line: func([]byte) error { return gone }, Flush: func() error { return nil }},
		{Line: func([]byte) error { return nil }, Flush: func() error { return gone }},
	} {
		config.URL, config.Note = server.URL, func(text string) { t.Error(text) }
		if err := follow.Run(t.Context(), config); !errors.Is(err, gone) {
			t.Errorf("it ended with %v", err)
		}
	}
}
