package load

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// startDated sends what is made of the time at which it is sent, one event to each
// client, and ends.
func startDated(t *testing.T, event func(now time.Time) string) string {
	t.Helper()
	return startHandler(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "data: "+event(time.Now())+"\n\n")
	})
}

func dated(t *testing.T, address, path string, unit track.TimeUnit) Config {
	t.Helper()
	c := quick(Config{URLs: []string{address}, Done: track.DoneClose})
	c.Interval = 0
	c.Timestamp.Unit = unit
	if err := c.Timestamp.Path.UnmarshalText([]byte(path)); err != nil {
		t.Fatal(err)
	}
	return c
}

// On one machine latency needs no clock but its own. The server's is an hour
// ahead in the second run, which the offset makes good for; in the third nothing
// does.
func TestLatency(t *testing.T) {
	t.Parallel()
	server := startDated(t, func(now time.Time) string { return fmt.Sprintf(`{"sent_at":%d}`, now.UnixMilli()) })
	ahead := startDated(t, func(now time.Time) string { return fmt.Sprintf(`{"sent_at":%d}`, now.Add(time.Hour).UnixMilli()) })
	hour := time.Hour
	for _, tt := range []struct {
		name    string
		address string
		offset  *time.Duration
		before  uint64
	}{
		{"same clock", server, nil, 0}, {"known offset", ahead, &hour, 0}, {"wrong clock", ahead, nil, 8},
	} {
		for _, processes := range []int{1, 2} {
			c := dated(t, tt.address, "data.sent_at", "ms")
			c.ClockOffset, c.Processes = tt.offset, processes
			result := mustRun(t, c)
			h := result.Tally.Distributions.Overall(measure.Latency)
			if h.TotalCount() != 8 || time.Duration(h.Max())*time.Microsecond > time.Minute || result.Clock == nil || result.Clock.Unknown {
				t.Errorf("%s: %d latencies up to %d µs, clock %+v", tt.name, h.TotalCount(), h.Max(), result.Clock)
			}
			if got := result.Tally.Counts.BeforeSent; got != tt.before {
				t.Errorf("%s: %d events came before they were sent, want %d", tt.name, got, tt.before)
			}
		}
	}
}

// A path that is not there is told before the run, with those that are.
func TestNoTimestamp(t *testing.T) {
	tests := []struct {
		name  string
		path  string
		unit  track.TimeUnit
		event string
		want  string
	}{
		{"no such key", "data.sent", "ms", `{"id":1,"meta":{"sent_at":1764115200123}}`, "--timestamp data.sent: no time in ms there in the first event, which has data.id, data.meta.sent_at"},
		{"no time", "data.id", "rfc3339", `{"id":"a1"}`, "--timestamp data.id: no time in rfc3339 there in the first event, which has data.id"},
		{"no JSON", "data.id", "ms", `hello`, "which has no JSON object"},
		{"another unit", "data.at", "ms", `{"at":1764115200}`, "--timestamp data.at: 1764115200 in ms is 1970-01-21T10:01:55Z: is --unit right?"},
	}
	for _, tt := range tests {
		server := startDated(t, func(time.Time) string { return tt.event })
		_, err := Run(t.Context(), dated(t, server, tt.path, tt.unit), Watch{})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got error %v, want one line with %q", tt.name, err, tt.want)
		}
	}
}

// Where the first event comes late, or is lucky, the run itself tells.
func TestNoLatencyInTheRun(t *testing.T) {
	first := true
	turn := make(chan struct{}, 1) // guards first
	turn <- struct{}{}
	server := startDated(t, func(now time.Time) string {
		<-turn
		defer func() { first = false; turn <- struct{}{} }()
		if first {
			return fmt.Sprintf(`{"at":%d}`, now.UnixMilli())
		}
		return `{"id":1}`
	})
	_, err := Run(t.Context(), dated(t, server, "data.at", "ms"), Watch{})
	if want := "--timestamp data.at: no time in ms there in any of 8 events"; !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one with %q", err, want)
	}
}
