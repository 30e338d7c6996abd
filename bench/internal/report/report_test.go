package report

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
	"sseserver/bench/internal/run"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{4}, 4}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 9, 2}, 3}} {
		if got := median(tt.values); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.values, got, tt.want)
		}
	}
}

// A ratio is taken within its round: here the machine was half as fast in the
// second one, and the ratio of the medians would be another.
func TestRatiosArePaired(t *testing.T) {
	rows := rows([]run.Sample{
		{Server: field.Floor, Round: 1, CPUPerEvent: 5},
		{Server: "x", Round: 1, CPUPerEvent: 6, Lost: 1},
		{Server: field.Floor, Round: 2, CPUPerEvent: 10},
		{Server: "x", Round: 2, CPUPerEvent: 12, Lost: 2, Complaints: []string{"tired"}},
		{Server: field.Floor, Round: 3, CPUPerEvent: 8},
		{Server: "x", Round: 3, Error: "it fell over"},
	})
	if len(rows) != 2 || rows[0].Server != field.Floor {
		t.Fatalf("got %+v, want the floor and x", rows)
	}
	x := rows[1]
	if x.TimesFloor != 1.2 || x.CPUPerEvent != 9 || x.Lost != 3 || x.Rounds != 2 || x.Errors != 1 || x.Breathless != 1 {
		t.Errorf("got %+v", x)
	}
}

// some is a benchmark with one of everything that a report tells.
func some() Results {
	main := run.Quick()[0]
	saturated := run.Scenario{
		Name: "busy", Title: "5 000 streams of 10 events/s", Protocol: "http1", Window: 12 * time.Second,
		Work: field.Work{Streams: 5000, Interval: 100 * time.Millisecond},
	}
	return Results{
		Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Command: "bench/run --quick",
		Machine: host.Machine{CPU: "A processor", Cores: 2, MemoryMiB: 2048, Kernel: "6.1", System: "Debian", OpenFiles: 1024},
		Servers: []Server{{field.Floor, "C epoll floor", "cc 12"}, {field.Ours, "this server", "v1"}, {"x", "X & <Y>", "2"}},
		Scenarios: []Outcome{
			NewOutcome(main, []run.Sample{
				{Server: field.Floor, Round: 1, CPUPerEvent: 5, RSSPerStream: .8, LatenessP50: .5, LatenessP99: 1.04, EventsPerSecond: 20000},
				{Server: field.Ours, Round: 1, CPUPerEvent: 6, RSSPerStream: 7.9, LatenessP50: .6, LatenessP99: 2, EventsPerSecond: 20000, Others: .2},
				{Server: "x", Round: 1, Error: "it fell over"},
			}),
			NewOutcome(saturated, []run.Sample{
				{
					Server: field.Ours, Round: 1, CPUPerEvent: 6, RSSPerStream: 7, LatenessP50: 80, LatenessP99: 200, EventsPerSecond: 50000,
					Lost: 1, Faults: 2, Complaints: []string{"CPU"},
					Probe: &run.ProbeResult{Sends: 100, SendP99: 20, Streams: 100, StreamP99: 30},
					Churn: &run.ChurnResult{
						Seconds: 60, PerSecond: 2000, FirstP99: 40, Goroutines: [2]int{9, 10}, RSSMiB: [2]int{60, 61},
						Streams: [2]int{6000, 6001}, StreamsAfter: 5000,
					},
				},
			}),
		},
	}
}

func TestGolden(t *testing.T) {
	r := some()
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"results.md": r.Markdown(), "results.json": string(text), "results.svg": string(r.Plot())} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; go test -update writes it anew, then read the difference\ngot:\n%s", file, got)
		}
	}
}

func TestPlotIsWellFormed(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(string(some().Plot())))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if got := (Results{}).Plot(); got != nil {
		t.Errorf("without the main scenario: got %s", got)
	}
}
