package load

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// Servers that end or refuse each connection at once, and ask for no wait, must
// not make of their clients a storm, which would keep both machines busy until
// long after the end of the run.
func TestReconnectionStorm(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"ends each": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "retry: 0\n\n") },
		"ends each after an event": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "retry: 0\ndata: x\n\n")
		},
		"breaks each": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "retry: 0\n\n")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	}
	for name, serve := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := quick(Config{URLs: []string{startHandler(t, serve)}, Duration: 300 * time.Millisecond, Drain: 50 * time.Millisecond})
			c.Interval = 0
			got := mustRun(t, c).Tally.Counts
			// The first few at once, then one after 10, 20, 40, 80, 160, 320 and,
			// if the machine is late, some more. A storm is of thousands.
			if attempts := uint64(8 * (5 + 15)); got.Connections == 0 || got.Connections > attempts {
				t.Errorf("%d connections, want %d at most: %+v", got.Connections, attempts, got)
			}
		})
	}
}
