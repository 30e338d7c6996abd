package load

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// slowHub takes each publication for a while, and knows when it was sent.
type slowHub struct {
	start time.Time
	takes []time.Duration

	mu   sync.Mutex
	sent []time.Duration
}

func (h *slowHub) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	n := len(h.sent)
	h.sent = append(h.sent, time.Since(h.start))
	h.mu.Unlock()
	select {
	case <-time.After(h.takes[n]):
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(""))}, nil
}

// Publications are sent one after the other. Only a hub that owes an answer for
// a second is not waited for.
func TestPublicationsTakeTurns(t *testing.T) {
	const ms, late = time.Millisecond, 20 * time.Second
	tests := []struct {
		name        string
		interval    time.Duration
		takes, sent []time.Duration
		end         time.Duration // of the run
		want        measure.Counts
	}{
		{
			"each in its time", 100 * ms,
			[]time.Duration{30 * ms, 99 * ms, 0},
			[]time.Duration{0, 100 * ms, 200 * ms},
			time.Minute,
			measure.Counts{Published: 3},
		},
		{
			"one is slow", 100 * ms,
			[]time.Duration{30 * ms, 250 * ms, 30 * ms, 0},
			[]time.Duration{0, 100 * ms, 350 * ms, 380 * ms},
			time.Minute,
			measure.Counts{Published: 4},
		},
		{
			"one takes a second", 100 * ms,
			[]time.Duration{1200 * ms, 500 * ms, 0},
			[]time.Duration{0, 1000 * ms, 1500 * ms},
			time.Minute,
			measure.Counts{Published: 3, Overlapping: 1},
		},
		{
			"an interval is more than a second", 6 * time.Second,
			[]time.Duration{8 * time.Second, 9500 * ms, 0},
			[]time.Duration{0, 6 * time.Second, 12 * time.Second},
			time.Minute,
			measure.Counts{Published: 3, Overlapping: 2},
		},
		{
			"none is answered", 100 * ms,
			[]time.Duration{late, late, late},
			[]time.Duration{0, 1000 * ms},
			1500 * ms,
			measure.Counts{Unpublished: 3, Overlapping: 1},
		},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			count := len(tt.takes)
			c := Config{URLs: []string{"http://hub/sub"}, Publish: Publish{URL: "http://hub/pub", Body: "{n}", Rate: float64(time.Second) / float64(tt.interval)}}.withDefaults()
			w := &worker{job: Job{Config: c}, windows: track.Windows{Steady: time.Duration(count) * tt.interval}, start: time.Now()}
			hub := &slowHub{start: w.start, takes: tt.takes}
			p := newPublisher(w)
			p.client.Transport = hub
			ctx, cancel := context.WithTimeout(t.Context(), tt.end)
			defer cancel()
			p.run(ctx)
			if got := p.tally.Counts; got != tt.want || !slices.Equal(hub.sent, tt.sent) {
				t.Errorf("%s: sent at %v, want %v; counts %+v, want %+v", tt.name, hub.sent, tt.sent, got, tt.want)
			}
		})
	}
}

// When all clients have ended, the last publications have as long as the drain
// lasts.
func TestDrainOfPublications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &worker{start: time.Now(), feed: &publisher{done: make(chan struct{})}}
		ended := make(chan struct{})
		close(ended)
		w.drain(t.Context(), ended, &Part{Windows: track.Windows{End: 300 * time.Millisecond}})
		if took := w.now(); took != 300*time.Millisecond {
			t.Errorf("waited for %v, want 300ms", took)
		}
	})
}
