package load

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// refusing accepts so many streams, which end at once, and refuses the others.
func refusing(t *testing.T, accepts int32) string {
	t.Helper()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) <= accepts {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: x\n\n")
			return
		}
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, "{\"error\":\n\"slow\x1b down\"}")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const refusalShown = `{"error":\n"slow\x1b down"}`

// What a refusal says of itself is told before the run, or with its result.
func TestBodyOfTheFirstRefusal(t *testing.T) {
	_, err := Run(t.Context(), Config{URLs: []string{refusing(t, 0)}}, Watch{})
	if err == nil || !strings.HasSuffix(err.Error(), "status 429 Too Many Requests: "+refusalShown) {
		t.Errorf("preflight: got error %v", err)
	}
	_, err = Run(t.Context(), Config{Servers: []string{refusing(t, 0)}}, Watch{})
	if err == nil || !strings.HasSuffix(err.Error(), "429 Too Many Requests: "+refusalShown) {
		t.Errorf("submitting: got error %v", err)
	}
	for _, processes := range []int{1, 2} {
		got := mustRun(t, quick(Config{URLs: []string{refusing(t, 1)}, Processes: processes})).Tally
		if got.Errors["status_429"] != 8 || got.Refusal == nil || got.Refusal.String() != "status 429: "+refusalShown {
			t.Errorf("%d process(es): errors %v, first refusal %v", processes, got.Errors, got.Refusal)
		}
	}
}
