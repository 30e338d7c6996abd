package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// scrape asks for the metrics where serve said that they are.
func scrape(t *testing.T, told string) string {
	t.Helper()
	address := strings.TrimSpace(strings.TrimPrefix(told, "metrics: "))
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMetrics(t *testing.T) {
	m := newMetrics(2)
	m.cores = 2
	var told bytes.Buffer
	stop, err := m.serve("127.0.0.1:0", &told)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if text := scrape(t, told.String()); !strings.Contains(text, `sseload_phase{phase="preparing"} 1`) {
		t.Errorf("before the run:\n%s", text)
	}

	late := make([]uint64, measure.HeatBucket(time.Millisecond)+1)
	late[0], late[len(late)-1] = 7, 3
	live := newLive(2, m)
	for second := range 2 {
		for process := range 2 {
			live.tick(load.Tick{Second: second, Window: measure.Steady, Of: measure.Second{
				Planned: 6, Opened: 5, Closed: 1, Events: 100, Errors: uint64(process), CPU: 500 * time.Millisecond,
				ProbeMax: time.Duration(process) * time.Millisecond, Lateness: late,
			}})
		}
	}
	live.tick(load.Tick{Second: 2, Of: measure.Second{Events: 1000}}) // one process of two
	text := scrape(t, told.String())
	for _, line := range []string{
		"sseload_clients_planned 24", "sseload_clients_open 16", "sseload_streams_opened_total 20", "sseload_streams_closed_total 4",
		"sseload_events_total 400", "sseload_errors_total 2", "sseload_generator_cpu_share 0.5", "sseload_generator_probe_lateness_seconds 0.001",
		`sseload_phase{phase="preparing"} 0`, `sseload_phase{phase="steady"} 1`,
		`sseload_lateness_seconds_bucket{le="0.000125"} 28`, `sseload_lateness_seconds_bucket{le="0.001"} 28`,
		`sseload_lateness_seconds_bucket{le="0.002"} 40`, `sseload_lateness_seconds_bucket{le="+Inf"} 40`, "sseload_lateness_seconds_count 40",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
}

// An address that is taken costs no run.
func TestMetricsCannotListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, address := range []string{taken.Addr().String(), "nonsense", "127.0.0.1:x"} {
		got := sseload("http://127.0.0.1:1", "--metrics-addr", address)
		if got.code != exitConfig || !strings.HasPrefix(got.stderr, "sseload: --metrics-addr: ") || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: got %+v, want exit code 104 and one line", address, got)
		}
	}
}
