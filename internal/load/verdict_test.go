package load

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
)

// Some streams deliver events, and some nothing: each of those is told, and
// none of them is good.
func TestEmptyStreamsAreCounted(t *testing.T) {
	tests := []struct {
		name string
		done track.Done
		bad  http.HandlerFunc
	}{
		{"comments only", "event:over", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, ": hello\n\nevent: over\ndata:\n\n")
		}},
		{"an empty body", track.DoneClose, clean},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
				if stream, _ := strconv.Atoi(r.URL.Query().Get("n")); stream%2 == 0 {
					tt.bad(w, r)
					return
				}
				_, _ = io.WriteString(w, "data: x\n\nevent: over\ndata:\n\n")
			})
			c := quick(Config{URLs: []string{server + "?n={n}"}, Done: tt.done})
			c.Interval = 0
			got := mustRun(t, c).Tally.Counts
			if got.Empty != 4 || got.Good != 4 || got.Judged != 8 || got.Completed != 8 {
				t.Errorf("got %+v, want 4 of 8 streams empty", got)
			}
		})
	}
}

// A stream whose end is known is waited for in the drain, and one that never
// ends is not completed.
func TestKnownEndIsWaitedFor(t *testing.T) {
	release := make(chan struct{})
	server := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "data: x\n\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
			_, _ = io.WriteString(w, "data: [DONE]\n\n")
		case <-r.Context().Done():
		}
	})
	c := quick(Config{URLs: []string{server}, Done: "data:[DONE]", Duration: time.Millisecond, Drain: time.Minute})
	c.Interval = 0
	result, err := Run(t.Context(), c, Watch{Tick: func(tick Tick) {
		if tick.Second == 0 { // the steady window is over, and the streams are not
			close(release)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Tally.Counts; got.Completed != 8 || got.CutOff != 0 {
		t.Errorf("got %+v, want 8 completed", got)
	}
}

// A word of welcome without a number does not hide that the events after it
// have one.
func TestGreetingHidesNothing(t *testing.T) {
	for _, frame := range []string{"id: %d\ndata: x\n\n", "data: {\"position\":%d}\n\n"} {
		server := startHandler(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "event: hello\ndata: {\"you\":1}\n\n")
			for n := range 50 {
				if n%5 != 4 {
					_, _ = fmt.Fprintf(w, frame, n)
				}
			}
			_, _ = io.WriteString(w, "event: over\ndata:\n\n")
		})
		for _, interval := range []time.Duration{0, time.Millisecond} {
			c := quick(Config{URLs: []string{server}, Done: "event:over"})
			c.Interval = interval
			got := mustRun(t, c).Tally.Counts
			if got.Lost != 8*9 || got.Unnumbered != 0 || got.Events != 8*41 { // the last one of fifty is not missed
				t.Errorf("%q, interval %v: got %+v, want 9 of each of 8 lost", frame, interval, got)
			}
		}
	}
}

// What was said of the streams is a condition of the run.
func TestSaidIsACondition(t *testing.T) {
	path, err := track.ParsePath("data.t")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		config Config
		want   string
	}{
		{Config{}, ""},
		{Config{Done: "data:[DONE]"}, "completed>0"},
		{Config{Method: "POST"}, ""}, // its end is only supposed
		{Config{Numbering: track.ByID}, "unnumbered==0"},
		{Config{Numbering: track.Unnumbered}, ""},
		{Config{Timestamp: track.Timestamp{Path: path, Unit: "ms"}}, "before_sent==0"},
	}
	for _, tt := range tests {
		tt.config.URLs = []string{"http://x"}
		var got []string
		for _, condition := range tt.config.withDefaults().Thresholds {
			if !slices.ContainsFunc(Config{URLs: []string{"http://x"}}.withDefaults().Thresholds, func(usual threshold.Threshold) bool { return usual.Text == condition.Text }) {
				got = append(got, condition.Text)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v: further conditions %q, want %q", tt.config, got, tt.want)
		}
	}
}
