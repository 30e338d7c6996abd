package load

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

// Three events in one write are one read and two coalesced, and the bytes of a
// stream are counted for its rate.
func TestRatesOverHTTP(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Last-Event-ID") != "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "retry: 1\nid: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n")
	}))
	t.Cleanup(server.Close)
	c := quick(Config{URLs: []string{server.URL}, Clients: 4})
	c.Interval = 0
	result := mustRun(t, c)
	if got := result.Tally.Counts; got.Events != 12 || got.Coalesced != 8 || got.Completed != 4 {
		t.Errorf("got %+v", got)
	}
	of := func(m measure.Metric) (int64, float64) {
		h := result.Tally.Distributions.Overall(m)
		return h.TotalCount(), h.Mean() / m.Unit().Scale()
	}
	events, eventRate := of(measure.EventRate)
	bytes, byteRate := of(measure.ByteRate)
	if events != 4 || bytes != 4 || byteRate < eventRate*17 || byteRate > eventRate*20 { // 54 bytes, 3 events
		t.Errorf("%d times %v events/s, %d times %v bytes/s", events, eventRate, bytes, byteRate)
	}
	if n, took := of(measure.Duration); n != 4 || took <= 0 || took > float64(time.Minute.Milliseconds()) {
		t.Errorf("%d durations of %v ms", n, took)
	}
}
