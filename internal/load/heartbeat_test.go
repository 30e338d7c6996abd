package load

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// A server that is asked for heartbeats that are events does nothing wrong by
// sending them.
func TestHeartbeatEvents(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Heartbeat: 5 * time.Millisecond}})
	for name, config := range map[string]Config{
		"our own streams": {Servers: []string{server.URL}, MessageBytes: 5},
		"any streams":     {URLs: []string{server.URL + "/stream/" + server.Submit("Hello") + "?interval=20ms"}},
	} {
		config.Header, config.Interval = http.Header{"X-Stream-Plan": {"heartbeat=event"}}, 20*time.Millisecond
		got := mustRun(t, quick(config)).Tally.Counts
		if got.Completed != 8 || got.Good != 8 || got.Events != 8*5 || got.Unnumbered != 0 || got.Comments != 8 { // one at the beginning
			t.Errorf("%s: %+v", name, got)
		}
	}
	metrics := httptest.NewRecorder()
	server.Metrics.Handler().ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", nil))
	if strings.Contains(metrics.Body.String(), "\nsseserver_heartbeats_sent_total 0\n") {
		t.Error("no heartbeat was sent")
	}
}
