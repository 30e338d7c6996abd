package run

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// after is a reading some seconds after start: of the server's CPU time, of the
// core's, and of memory in KiB.
func after(seconds float64, cpu, core time.Duration, kib int64) reading {
	at := start.Add(time.Duration(seconds * float64(time.Second)))
	return reading{host.Usage{At: at, CPU: cpu, RSS: kib << 10}, core}
}

func TestReadings(t *testing.T) {
	r := readings{
		after(0, 0, 0, 100),
		after(2, time.Second, 1200*time.Millisecond, 300),
		after(4, 3*time.Second, 3400*time.Millisecond, 200),
	}
	from, to := start.Add(time.Second), start.Add(3*time.Second)
	if got, want := r.cpu(from, to), 1500*time.Millisecond; got != want {
		t.Errorf("cpu: got %v, want %v", got, want)
	}
	if got, want := r.others(from, to), 200*time.Millisecond; got != want {
		t.Errorf("others: got %v, want %v", got, want)
	}
	if got, want := r.cpu(start.Add(-time.Hour), start.Add(time.Hour)), 3*time.Second; got != want {
		t.Errorf("cpu beyond both ends: got %v, want %v", got, want)
	}
	if got, want := r.rss(start.Add(3*time.Second), start.Add(5*time.Second)), int64(200<<10); got != want {
		t.Errorf("rss: got %d, want %d", got, want)
	}
	if got := (readings{}).cpu(from, to); got != 0 {
		t.Errorf("cpu of no readings: got %v", got)
	}
}

// Words are lost, or come twice, where there are other than all of whole answers.
func TestMiscounted(t *testing.T) {
	for _, test := range []struct {
		words                            int
		completed, events, lost, doubled uint64
	}{{0, 3, 7, 0, 0}, {5, 3, 15, 0, 0}, {5, 3, 14, 1, 0}, {5, 3, 17, 0, 2}} {
		var report loadReport
		report.Counts.Completed, report.Counts.Events = test.completed, test.events
		if lost, doubled := report.miscounted(test.words); lost != test.lost || doubled != test.doubled {
			t.Errorf("%+v: %d lost, %d doubled", test, lost, doubled)
		}
	}
}

func TestFill(t *testing.T) {
	var report loadReport
	text := `{"started":"2026-01-02T03:04:05Z","windows":{"ramp_ms":500,"steady_ms":3500,"drain_ms":5000},
		"metrics":{"open_lag":{"p99":0.5},"ttfe":{"p50":3,"p99":40},"lateness":{"unit":"ms","p50":1.5,"p99":9,"windows":{}}},"health":{"complaints":["tired"]},"counts":{"lost":3,"corrupt":1,"failed":2},
		"timeline":[{"events":7},{"events":70},{"events":100},{"events":300},{"events":50}]}`
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	r := readings{after(0, 0, 0, 100), after(2, 1*time.Second, 1*time.Second, 150), after(4, 2*time.Second, 2200*time.Millisecond, 120)}
	s := Scenario{Work: field.Work{Streams: 10}}
	var got Sample
	if err := got.fill(s, host.Usage{RSS: 100 << 10}, r, report); err != nil {
		t.Fatal(err)
	}
	// The whole seconds after the settling are 2 and 3.
	want := Sample{
		CPUPerEvent: 2500, Core: .5, Others: .1, EventsPerSecond: 200, RSSPerStream: 5, IdleRSS: 100,
		OpenLagP99: .5, FirstP50: 3, FirstP99: 40, LatenessP50: 1.5, LatenessP99: 9, Lost: 3, Faults: 3, Complaints: []string{"tired"},
	}
	if a, b := asJSON(t, got), asJSON(t, want); a != b {
		t.Errorf("\ngot  %s\nwant %s", a, b)
	}
	if err := got.fill(s, host.Usage{}, r, loadReport{}); err == nil {
		t.Error("no events: want an error")
	}
}

func asJSON(t *testing.T, s Sample) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestQuantile(t *testing.T) {
	var some []time.Duration
	for ms := 100; ms >= 1; ms-- {
		some = append(some, time.Duration(ms)*time.Millisecond)
	}
	for q, want := range map[float64]float64{0: 1, .5: 50, .99: 99, 1: 100} {
		if got := quantile(some, q); got != want {
			t.Errorf("quantile %v: got %v, want %v", q, got, want)
		}
	}
	if got := quantile(nil, .5); got != 0 {
		t.Errorf("of none: got %v", got)
	}
}

func TestParseMetrics(t *testing.T) {
	text := `# HELP go_goroutines Number of goroutines that currently exist.
go_goroutines 5012
process_resident_memory_bytes 7.340032e+07
sseserver_streams_active{kind="characters"} 5000
sseserver_streams_active{kind="progress"} 2
sseserver_streams_opened_total{kind="progress",resumed="false"} 9
`
	got, err := parseMetrics(strings.NewReader(text))
	if want := (sight{goroutines: 5012, streams: 5002, rssMiB: 70}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if _, err := parseMetrics(strings.NewReader("go_goroutines many\n")); err == nil {
		t.Error("want an error")
	}
}

func TestChurnResult(t *testing.T) {
	var seen []sight
	for i := range 10 {
		seen = append(seen, sight{goroutines: 100 + i, streams: 10, rssMiB: 20 * i})
	}
	r := ChurnResult{Seconds: 2}
	r.sum(&visits{first: make([]time.Duration, 8), failed: 1}, seen)
	if r.PerSecond != 4 || r.Failed != 1 || r.Goroutines != [2]int{100, 108} || r.RSSMiB != [2]int{10, 170} || r.Streams != [2]int{10, 10} {
		t.Errorf("got %+v", r)
	}
}

func TestSources(t *testing.T) {
	var s sources
	for _, want := range []string{"127.0.1.1", "127.0.1.2,127.0.1.3", "127.0.1.4"} {
		connections := perSource
		if strings.Contains(want, ",") {
			connections++
		}
		if got := s.next(connections); got != want {
			t.Errorf("%d connections: got %s, want %s", connections, got, want)
		}
	}
	for range cycle - 4 {
		s.next(1)
	}
	if got := s.next(1); got != "127.0.1.1" {
		t.Errorf("after a cycle: got %s", got)
	}
}
