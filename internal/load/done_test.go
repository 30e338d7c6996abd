package load

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// finite serves streams of 20 events and what follows them. Each connection is
// cut after as many events as cut says, and the stream goes on in the next, if
// the client asks for that.
func finite(t *testing.T, after string, cut int, how http.HandlerFunc) string {
	t.Helper()
	return startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		from := 0
		if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
			from = last + 1
		}
		frames := "retry: 1\n\n"
		for id := from; id < min(20, from+cut); id++ {
			frames += fmt.Sprintf("id: %d\ndata: x\n\n", id)
		}
		whole := from+cut >= 20
		if whole {
			frames += after
		}
		_, _ = io.WriteString(w, frames)
		_ = http.NewResponseController(w).Flush()
		if !whole {
			how(w, r)
		}
	})
}

// half ends the response in good order, but in the middle of an event.
func half(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `data: {"posit`) }

// What the proper end of a stream is, and what a stream is that ends otherwise.
func TestExpectDone(t *testing.T) {
	const done, named = "data: [DONE]\n\n", "event: end\ndata: bye\n\n"
	tests := []struct {
		name   string
		method string
		done   track.Done
		after  string
		cut    int
		how    http.HandlerFunc
		want   measure.Counts // of each client
	}{
		{"data", "", "data:[DONE]", done, 20, nil, measure.Counts{Completed: 1, Events: 20, Good: 1}},
		{"an event", "", "event:end", named, 20, nil, measure.Counts{Completed: 1, Events: 20, Good: 1}},
		{"close", "", "close", "", 20, nil, measure.Counts{Completed: 1, Events: 20, Good: 1}},
		{"POST", http.MethodPost, "data:[DONE]", done, 20, nil, measure.Counts{Completed: 1, Events: 20, Good: 1}},
		{"POST whose end nobody named", http.MethodPost, "", "", 20, nil, measure.Counts{Completed: 1, Events: 20, Good: 1}},
		{"resumed after a clean end", "", "data:[DONE]", done, 10, clean, measure.Counts{Completed: 1, Events: 20, Good: 1, Truncated: 1, Reconnects: 1}},
		{"resumed after a break", "", "close", "", 10, broken, measure.Counts{Completed: 1, Events: 20, Good: 1, Truncated: 1, Reconnects: 1}},
		{"resumed after half an event", "", "close", "", 10, half, measure.Counts{Completed: 1, Events: 20, Good: 1, Truncated: 1, Reconnects: 1}},
		{"half an event, end not known", http.MethodPost, "", "", 10, half, measure.Counts{Failed: 1, Events: 10, Truncated: 1}},
		{"half an event at the end", http.MethodPost, "close", "data: {\"posit", 20, nil, measure.Counts{Failed: 1, Events: 20, Truncated: 1}},
		{"POST that ends without done", http.MethodPost, "data:[DONE]", done, 10, clean, measure.Counts{Failed: 1, Events: 10, Truncated: 1}},
		{"POST that breaks", http.MethodPost, "", "", 10, broken, measure.Counts{Failed: 1, Events: 10, Truncated: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := quick(Config{URLs: []string{finite(t, tt.after, tt.cut, tt.how)}, Method: tt.method, Done: tt.done})
			c.Interval = 0
			got := mustRun(t, c).Tally.Counts
			got = measure.Counts{
				Completed: got.Completed, CutOff: got.CutOff, Failed: got.Failed, Events: got.Events, Good: got.Good, Lost: got.Lost,
				Truncated: got.Truncated, Reconnects: got.Reconnects, Ended: got.Ended,
			}
			var want measure.Counts
			for range 8 {
				want.Add(tt.want)
			}
			if got != want {
				t.Errorf("\ngot  %+v\nwant %+v", got, want)
			}
		})
	}
}

// A server that ends the stream too early and then wants no reconnection.
func TestEndedForGoodBeforeDone(t *testing.T) {
	url := startFaulty(t, events(0, 9, only(-1)), ending{first: clean, again: noContent})
	c := quick(Config{URLs: []string{url}, Done: "data:[DONE]"})
	c.Interval = 0
	if got := mustRun(t, c).Tally.Counts; got.Failed != 8 || got.Truncated != 8 || got.Completed+got.CutOff != 0 {
		t.Errorf("want 8 streams truncated, and failed: %+v", got)
	}
}

// In a closed loop the next stream follows the one that is complete, and, after
// a pause, the one that failed.
func TestClosedLoop(t *testing.T) {
	for name, method := range map[string]string{"complete": http.MethodGet, "failed": http.MethodPost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cut, after := 20, "data: [DONE]\n\n"
			if method == http.MethodPost {
				cut = 10 // and it is not resumed
			}
			result := runUntilAsked(t, finite(t, after, cut, clean), 1+2*2, func(proxy string) Config {
				c := quick(Config{URLs: []string{proxy}, Method: method, Done: "data:[DONE]", Clients: 2, Duration: time.Hour})
				c.Interval, c.Once = 0, false
				return c
			})
			got := result.Tally.Counts
			if got.Streams <= 2 || got.Completed+got.CutOff+got.Failed != got.Streams {
				t.Errorf("want more streams than 2 clients, each with one end: %+v", got)
			}
			if method == http.MethodPost && (got.Completed > 0 || result.Windows.Steady < leastPause) {
				t.Errorf("want failed streams, at least a second apart, got so many after %v: %+v", result.Windows.Steady, got)
			}
		})
	}
}

// A stream of which nobody said how it ends is opened anew, and its ends are
// counted for the summary to tell.
func TestUnknownEnd(t *testing.T) {
	t.Parallel()
	c := quick(Config{URLs: []string{finite(t, "", 10, clean)}, Duration: 10 * time.Second})
	c.Interval = 0
	got := runUntil(t, c, 8*20)
	if got.Ended < 8 || got.Truncated+got.Failed+got.Completed != 0 || got.CutOff != 8 {
		t.Errorf("want 8 streams with ends in good order: %+v", got)
	}
}
