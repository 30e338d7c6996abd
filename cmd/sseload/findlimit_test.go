package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sseserver/internal/load"
	"sseserver/internal/load/report"
	"sseserver/internal/load/threshold"
)

// What the search prints and ends with, for servers and generators of all sorts.
func TestFindLimit(t *testing.T) {
	condition, err := threshold.Parse("lateness.p99<50ms")
	if err != nil {
		t.Fatal(err)
	}
	verdicts := func(pass bool, text string) []report.Verdict {
		return []report.Verdict{{Threshold: condition.Text, Pass: pass, Text: text}, {Threshold: "lost==0", Pass: true, Text: "0"}}
	}
	good := &report.Report{Outcome: report.Pass, Thresholds: verdicts(true, "41 ms"), Health: report.Health{Valid: true}}
	bad := &report.Report{Outcome: report.Fail, Thresholds: verdicts(false, "63 ms"), Health: report.Health{Valid: true}}
	unfit := &report.Report{Outcome: report.Invalid, Health: report.Health{Complaints: []string{"too busy"}}}
	gone := errors.New("cannot stream")
	tests := []struct {
		name    string
		over100 *report.Report
		err     error // in place of it
		want    string
		code    int
		lines   int
	}{
		{"server", bad, nil, "highest load that holds: 100 clients (lateness.p99 41 ms); 106 fails: lateness.p99 63 ms", 0, 11},
		{"generator", unfit, nil, "highest load that holds: at least 100 clients (lateness.p99 41 ms); at 200 the generator was the limit: too busy", 3, 3},
		{"files", nil, fmt.Errorf("%w: too few files", load.ErrConfig), "highest load that holds: at least 100 clients (lateness.p99 41 ms); at 200 the generator was the limit: too few files", 3, 2},
		{"server that goes", nil, gone, "highest load that holds: 100 clients (lateness.p99 41 ms); 106 fails: cannot stream", 0, 11},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		f := &finder{
			config: load.Config{Clients: 100}, conditions: []threshold.Threshold{condition}, out: &out, rest: func(context.Context) {},
			run: func(_ context.Context, c load.Config) (*report.Report, error) {
				if len(c.Thresholds) != 1 || c.Thresholds[0].Text != condition.Text {
					t.Errorf("%s: thresholds %v", tt.name, c.Thresholds)
				}
				if c.Clients > 100 {
					return tt.over100, tt.err
				}
				return good, nil
			},
		}
		if interrupted, err := f.find(t.Context()); interrupted || err != nil {
			t.Fatalf("%s: interrupted %v, error %v", tt.name, interrupted, err)
		}
		sentence, code := f.result(false)
		if sentence != tt.want || code != tt.code || f.best != good || strings.Count(out.String(), "\n") != tt.lines {
			t.Errorf("%s: got %q, exit code %d, best %p, after\n%s\nwant %q, %d, %p, %d lines",
				tt.name, sentence, code, f.best, out.String(), tt.want, tt.code, good, tt.lines)
		}
	}
}

func TestFindLimitThatIsInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	runs := 0
	f := &finder{
		config: load.Config{Clients: 10}, out: new(bytes.Buffer), rest: func(context.Context) {},
		run: func(context.Context, load.Config) (*report.Report, error) {
			if runs++; runs == 2 {
				interrupt()
			}
			return &report.Report{Outcome: report.Pass, Health: report.Health{Valid: true}}, nil
		},
	}
	interrupted, err := f.find(ctx)
	sentence, code := f.result(interrupted)
	if err != nil || code != exitInterrupted || sentence != "highest load that holds: at least 10 clients; interrupted" {
		t.Errorf("got %q, exit code %d, error %v", sentence, code, err)
	}
}

// limited is a server that takes so many clients in a run and no more. It does
// not look at how many there are at a time, since one that comes late may have
// left before another comes.
type limited struct {
	limit int

	mu      sync.Mutex
	gone    *sync.Cond // a stream has ended
	streams int        // now
	taken   int        // in this run, with its preflight
}

func startLimited(t *testing.T, limit int) (*limited, string) {
	l := &limited{limit: limit}
	l.gone = sync.NewCond(&l.mu)
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	return l, server.URL
}

// rest waits until all clients of a run have gone.
func (l *limited) rest(context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.streams > 0 {
		l.gone.Wait()
	}
	l.taken = 0
}

func (l *limited) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken > l.limit {
		return false
	}
	l.taken++
	l.streams++
	return true
}

func (l *limited) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.streams--
	l.gone.Broadcast()
}

func (l *limited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.enter() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer l.leave()
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write([]byte("data: x\n\n"))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// The whole program against a server that takes 40 clients: it finds the limit,
// to the last step.
func TestFindLimitOfAServer(t *testing.T) {
	t.Parallel()
	server, url := startLimited(t, 40)
	file := filepath.Join(t.TempDir(), "best.json")
	got := sseloadWith(server.rest, crowd("--url", url, "--clients=30", "--duration=50ms", "--drain=1m", "--find-limit=failed==0", "--json", file)...)
	if got.code == report.Invalid.ExitCode() && got.ended(0) {
		t.Skip("the generator was the limit:", got.stdout)
	}
	_, held, _ := strings.Cut(got.stdout, "highest load that holds: ")
	held, _, _ = strings.Cut(held, " clients")
	if n, err := strconv.Atoi(held); err != nil || n < 37 || n > 40 || got.code != 0 {
		t.Fatalf("got exit code %d, want 37 to 40 clients to hold:\n%s%s", got.code, got.stdout, got.stderr)
	}
	if r, err := report.Read(file); err != nil || r.Outcome != report.Pass || r.Settings.Clients < 37 {
		t.Errorf("the report is of %+v (%v), want the best run", r.Settings, err)
	}
}
