package load

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

// events are frames with the ids from first to last, but for those that skip
// names. They ask for a short reconnection time.
func events(first, last int, skip func(id int) bool) string {
	frames := "retry: 1\n\n"
	for id := first; id <= last; id++ {
		if !skip(id) {
			frames += fmt.Sprintf("id: %d\ndata: x\n\n", id)
		}
	}
	return frames
}

func only(skipped int) func(int) bool { return func(id int) bool { return id == skipped } }

// ending is how a faulty server ends a stream: it answers the first request
// after the events, and those that follow.
type ending struct {
	first, again func(w http.ResponseWriter, r *http.Request)
}

var endings = map[string]ending{
	"silence":                 {first: silent, again: silent},
	"a clean end":             {first: clean, again: silent},
	"a clean end, then a 204": {first: clean, again: noContent},
	"a broken end, then 204":  {first: broken, again: noContent},
}

func silent(_ http.ResponseWriter, r *http.Request)    { <-r.Context().Done() }
func clean(http.ResponseWriter, *http.Request)         {}
func broken(http.ResponseWriter, *http.Request)        { panic(http.ErrAbortHandler) }
func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// startFaulty serves the frames to each client, once, and ends as told.
func startFaulty(t *testing.T, frames string, e ending) string {
	t.Helper()
	return startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Last-Event-ID") != "" {
			e.again(w, r)
			return
		}
		_, _ = io.WriteString(w, frames)
		_ = http.NewResponseController(w).Flush()
		e.first(w, r)
	})
}

// startHandler serves event streams, whose head is sent at once but to those
// that resume.
func startHandler(t *testing.T, serve http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if r.Header.Get("Last-Event-ID") == "" {
			_ = http.NewResponseController(w).Flush()
		}
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// runUntil makes a run that is interrupted once so many events have come, if it
// does not end by itself.
func runUntil(t *testing.T, c Config, events int) measure.Counts {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var came uint64
	result, err := Run(ctx, c, Watch{Tick: func(second Tick) {
		if came += second.Of.Events; came >= uint64(events) {
			interrupt()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return result.Tally.Counts
}

// What does not come is lost, however the stream ends, and whether or not
// anybody knows when it was due.
func TestMissingIsLost(t *testing.T) {
	fifth := func(id int) bool { return id%5 == 0 }
	tests := []struct {
		name   string
		frames string
		want   uint64 // lost by each of 8 clients
		ends   []string
	}{
		{"one position", events(0, 9, only(5)), 1, slices.Collect(maps.Keys(endings))},
		{"nothing", events(0, 9, only(-1)), 0, slices.Collect(maps.Keys(endings))},
		{"every fifth", events(1, 49, fifth), 9, []string{"a clean end, then a 204"}},
		{"one long ago", events(0, 200, only(5)), 1, []string{"a clean end, then a 204"}},
	}
	for _, tt := range tests {
		for _, end := range tt.ends {
			t.Run(tt.name+" before "+end, func(t *testing.T) {
				t.Parallel()
				c := quick(Config{URLs: []string{startFaulty(t, tt.frames, endings[end])}, Duration: 10 * time.Second})
				c.Interval = 0
				got := runUntil(t, c, 8*strings.Count(tt.frames, "data:"))
				if got.Lost != 8*tt.want || got.Duplicate+got.Reordered+got.Corrupt != 0 || got.Streams != 8 {
					t.Errorf("%d lost, want %d of each of 8: %+v", got.Lost, tt.want, got)
				}
			})
		}
	}
}

// With a schedule it is also known that what did not come by the end was due.
func TestSilenceIsLost(t *testing.T) {
	for name, frames := range map[string]string{"after some events": events(0, 9, only(5)), "from the beginning": ": hello\n\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := quick(Config{URLs: []string{startFaulty(t, frames, endings["silence"])}, Duration: time.Second, Drain: 10 * time.Millisecond})
			got := mustRun(t, c).Tally.Counts
			if got.Lost < 8*5 || got.Good != 0 { // of about 500 each
				t.Errorf("%d lost, want many of each of 8: %+v", got.Lost, got)
			}
		})
	}
}
