package report

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sseserver/bench/internal/attack"
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
	busy := run.Scenario{
		Name: "busy", Title: "5 000 streams of 10 events/s", Protocol: "http1", Window: 12 * time.Second,
		Work: field.Work{Streams: 5000, Interval: 100 * time.Millisecond},
	}
	churn := run.Scenario{Name: run.Churning, Title: "clients that come and go", Protocol: "http1", Window: time.Minute, Work: field.Work{Streams: 5000}}
	h2c := run.Scenario{Name: "h2c", Title: "1 000 HTTP/2 streams", Protocol: "h2c", Window: time.Minute, Ramp: 500, Work: field.Work{Streams: 1000}}
	growth := run.Scenario{
		Name: run.Growth, Title: "100 to 19 000 streams of 1 event/s", Protocol: "http1", Window: 10 * time.Second, Ramp: 1000,
		Work: field.Work{Interval: time.Second}, Sizes: []int{100, 5_000, 19_000},
	}
	r := Results{
		Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Command: "bench/run --quick",
		Machine: host.Machine{CPU: "A processor", Cores: 2, MemoryMiB: 2048, Kernel: "6.1", System: "Debian", OpenFiles: 1024},
		Servers: []Server{{field.Floor, "C epoll floor", "cc 12"}, {field.Ours, "this server", "v1"}, {field.Live, "this server, live messages", "v1"}, {field.Before, "this server before", "v0"}, {field.NatsLive, "this server with an engine", "v1"}, {field.NatsLive3, "this server with three engines", "v1"}, {field.Cluster, "three nodes", "v1"}, {"x", "X & <Y>", "2"}},
		Scenarios: []Outcome{
			NewOutcome(main, []run.Sample{
				{Server: field.Floor, Round: 1, CPUPerEvent: 5, RSSPerStream: .8, LatenessP50: .5, LatenessP99: 1.04, EventsPerSecond: 20000},
				{Server: field.Ours, Round: 1, CPUPerEvent: 6, RSSPerStream: 7.9, LatenessP50: .6, LatenessP99: 2, EventsPerSecond: 20000, Others: .2},
				{Server: "x", Round: 1, Error: "it fell over"},
			}),
			NewOutcome(busy, []run.Sample{
				{
					Server: field.Ours, Round: 1, CPUPerEvent: 6, RSSPerStream: 7, LatenessP50: 80, LatenessP99: 200, EventsPerSecond: 50000,
					Lost: 1, Faults: 2, Complaints: []string{"CPU"},
					Probe: &run.ProbeResult{Sends: 100, SendP99: 20, Streams: 100, StreamP99: 30},
				},
				{Server: field.Before, Round: 1, CPUPerEvent: 8, RSSPerStream: 5, EventsPerSecond: 50000},
			}),
			NewOutcome(churn, []run.Sample{
				{
					Server: field.Ours, Round: 1, CPUPerEvent: 60,
					Churn: &run.ChurnResult{
						Seconds: 60, PerSecond: 2000, FirstP99: 40, Goroutines: [2]int{9, 10}, RSSMiB: [2]int{60, 61},
						Streams: [2]int{6000, 6001}, StreamsAfter: 5000,
					},
				},
			}),
			NewOutcome(h2c, []run.Sample{{Server: field.Ours, Round: 1, CPUPerEvent: 9, RSSPerStream: 16, OpenLagP99: .5, FirstP50: 1.25, FirstP99: 70}}),
		},
	}
	fair := run.Scenario{Name: run.Fair, Title: "50 streams beside an attack", Protocol: "http1", Window: 10 * time.Second, Attacks: []string{run.NoAttack, "resume"}}
	for _, step := range fair.Steps() {
		r.Scenarios = append(r.Scenarios, NewOutcome(step, attacked(step.Attack)))
	}
	r.Scenarios = append(r.Scenarios, live()...)
	r.Scenarios = append(r.Scenarios, clustered()...)
	for i, step := range growth.Steps() {
		grown := float64(i)
		samples := []run.Sample{
			{Server: field.Floor, Round: 1, CPUPerEvent: 20 - 3*grown, RSSPerStream: 1 / (1 + grown), LatenessP99: 1},
			{Server: field.Ours, Round: 1, CPUPerEvent: 28 - 4*grown, RSSPerStream: 20 - 6*grown, LatenessP99: 2 + 5*grown},
			{Server: "x", Round: 1, CPUPerEvent: 30 + grown, RSSPerStream: 40, LatenessP99: 2},
		}
		if i == 2 {
			samples[1].Lost = 7
			samples[2] = run.Sample{Server: "x", Round: 1, Error: "it fell over"}
		}
		r.Scenarios = append(r.Scenarios, NewOutcome(step, samples))
	}
	return r
}

// live is streams of live messages beside one of a stored one, and messages that
// nobody reads.
func live() []Outcome {
	streams := run.Scenario{Name: run.Live, Title: "streams of a live message", Protocol: "http1", Window: 12 * time.Second}
	outcomes := []Outcome{NewOutcome(streams, []run.Sample{
		{Server: field.Ours, Round: 1, CPUPerEvent: 10, RSSPerStream: 8},
		{
			Server: field.Live, Round: 1, CPUPerEvent: 9, RSSPerStream: 8.4,
			Live: &run.LiveResult{Appends: 240, AppendP50: .5, AppendP99: 2, DeliveryP50: 4, DeliveryP99: 12, DeliveryMax: 21},
		},
	})}
	held := run.Scenario{Name: run.LiveHeld, Title: "live messages that nobody reads", Holds: []run.Hold{{Messages: 1000}, {Messages: 10, Chunks: 300}}}
	for i, step := range held.Steps() {
		sample := run.Sample{Server: field.Live, Round: 1, Error: "it fell over"}
		if i == 0 {
			sample = run.Sample{Server: field.Live, Round: 1, Hold: &run.HoldResult{Hold: step.Hold, TextKiB: 1.17, RSSKiB: 2.5, HeapKiB: 2.25, CPUPerAppend: 55}}
		}
		outcomes = append(outcomes, NewOutcome(step, []run.Sample{sample}))
	}
	return outcomes
}

// clustered is the scenarios of several nodes.
func clustered() []Outcome {
	outcome := func(name, title string, samples ...run.Sample) Outcome {
		return NewOutcome(run.Scenario{Name: name, Title: title, Protocol: "http1", Window: 8 * time.Second}, samples)
	}
	load := run.KilledLoad{
		Streams: 500, Completed: 499, Events: 1000, Wrong: map[string]uint64{"lost": 3, "not completed": 1}, Broken: 20, Resumed: 20,
		Outage: run.Times{Count: 20, P50: 2100, P99: 2900, Max: 3001},
	}
	live := load
	live.Wrong, live.Appended, live.Stall.Max, live.Errors = nil, 700, 6004, map[string]uint64{"append_broken": 4, "append_connect_failed": 2}
	kills := &run.KillsResult{Stored: load, Live: live, Kills: []run.Kill{
		{Member: "node-1", At: 8.4, Away: 4, Ready: .3, Live: run.Gaps{Outages: 9, OutageMax: 2200}, Stored: run.Gaps{Outages: 8, OutageMax: 2100}},
		{Member: "engine-2", Leads: true, At: 18, Away: 10, Ready: 1.26, Live: run.Gaps{Stalls: 7, StallMax: 6004}},
	}}
	return []Outcome{
		outcome(run.Cluster, "members are killed", run.Sample{Server: field.Cluster, Round: 1, Kills: kills}, run.Sample{Server: field.Cluster, Round: 2, Error: "it fell over"}),
		outcome(run.ClusterDelivery, "from node to node", run.Sample{
			Server: field.Cluster, Round: 1, LatenessP50: 11, LatenessP99: 19,
			Live: &run.LiveResult{Appends: 16000, AppendP50: 8, AppendP99: 16, AppendMax: 31, DeliveryP99: 4.4, DeliveryMax: 12},
		}, run.Sample{Server: field.Cluster, Round: 2, Error: "it fell over"}),
		outcome(run.ClusterLive, "with and without engines", run.Sample{Server: field.Live, Round: 1, CPUPerEvent: 40, RSSPerStream: 20}, run.Sample{
			Server: field.NatsLive3, Round: 1, CPUPerEvent: 80, RSSPerStream: 25,
			Engines: &run.EngineResult{Engines: 3, CPUPerAppend: 310, Core: .31, RSSMiB: 55},
		}),
		outcome(run.ClusterAppends, "many appends",
			run.Sample{Server: field.Live, Round: 1, Appends: &run.AppendResult{PerSecond: 9000, CPUPerAppend: 90}},
			run.Sample{Server: field.NatsLive, Round: 1, Appends: &run.AppendResult{PerSecond: 5000, CPUPerAppend: 150, Engines: 1, EnginesCPU: 60}},
			run.Sample{Server: field.NatsLive3, Round: 1, Error: "it fell over"}),
	}
}

// attacked is two rounds beside an attack. Its figures are the worse of the two.
func attacked(name string) []run.Sample {
	ours := func(round int, late, peak float64) run.Sample {
		return run.Sample{
			Server: field.Ours, Round: round, Core: .5, LatenessP50: 1, LatenessP99: late,
			Fair: &run.FairResult{LatenessMax: 2 * late, ClientP99: .5, PeakRSS: peak, TCP: 2.5, ServerTCP: .5},
		}
	}
	samples := []run.Sample{ours(1, 4, 20), ours(2, 6, 18), {Server: field.Before, Round: 1, Error: "it fell over"}}
	if name != run.NoAttack {
		samples[0].Fair.Attacker = attack.Tally{Requests: 9, Answers: map[int]int{200: 8}, Broken: 1}
		samples[1].Fair.Attacker = attack.Tally{Requests: 9, Answers: map[int]int{200: 4, 503: 5}}
		samples[1].Fair.Error = "it did not end"
	}
	return samples
}

func TestGolden(t *testing.T) {
	r := some()
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	parts := r.Parts()
	for name, got := range map[string]string{
		"results.md": r.Markdown(), "results.json": string(text), "churn.md": parts[run.Churning].Markdown(),
		"fair.md": parts[run.Fair].Markdown(), "live.md": parts[run.Live].Markdown(), "cluster.md": parts[run.Cluster].Markdown(),
		"main.svg": string(parts[run.Main].Plot()), "growth.svg": string(parts[run.Growth].Plot()),
	} {
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

func TestPlotsAreWellFormed(t *testing.T) {
	parts := some().Parts()
	for _, name := range []string{run.Main, run.Growth} {
		d := xml.NewDecoder(strings.NewReader(string(parts[name].Plot())))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if got := parts[others].Plot(); got != nil {
		t.Errorf("of scenarios without a picture: got %s", got)
	}
}

// Each scenario is in one part, with the servers that took part in it.
func TestParts(t *testing.T) {
	want := map[string]string{
		run.Main: "main | floor sseserver x", others: "busy h2c | sseserver before",
		run.Churning: "churn | sseserver", run.Fair: "fair fair | sseserver before", run.Live: "live live-held live-held | sseserver sseserver-live", run.Growth: "growth growth growth | floor sseserver x",
		run.Cluster: "cluster cluster-delivery cluster-live cluster-appends | sseserver-live nats-live nats-r3 nodes",
	}
	parts := some().Parts()
	if len(parts) != len(want) {
		t.Errorf("got %d parts, want %d", len(parts), len(want))
	}
	for name, want := range want {
		var words []string
		for _, o := range parts[name].Scenarios {
			words = append(words, o.Name)
		}
		words = append(words, "|")
		for _, s := range parts[name].Servers {
			words = append(words, s.Name)
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// The comparison is within a round: the machine was slower in the second one.
func TestVersusIsPaired(t *testing.T) {
	r := Results{Servers: []Server{{Name: field.Ours, Title: "ours"}, {Name: field.Before, Title: "theirs"}}}
	o := Outcome{Samples: []run.Sample{
		{Server: field.Before, Round: 1, CPUPerEvent: 10, RSSPerStream: 10},
		{Server: field.Ours, Round: 1, CPUPerEvent: 11, RSSPerStream: 9},
		{Server: field.Ours, Round: 2, CPUPerEvent: 26, RSSPerStream: 8},
		{Server: field.Before, Round: 2, CPUPerEvent: 20, RSSPerStream: 10},
		{Server: field.Ours, Round: 3, CPUPerEvent: 10, RSSPerStream: 5},
		{Server: field.Before, Round: 3, Error: "it fell over"},
	}}
	want := "Ratio of ours to theirs in the same round: CPU per event median 1.20 (1.10, 1.30); memory per stream median 0.85 (0.90, 0.80)."
	if got := r.versus(o); got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	o.Samples = o.Samples[4:]
	if got := r.versus(o); got != "" {
		t.Errorf("no round that both completed: got %s", got)
	}
}

func TestTicks(t *testing.T) {
	for _, tt := range []struct {
		got  []float64
		want string
	}{
		{linearTicks(0), "[0 1]"},
		{linearTicks(4.9), "[0 1 2 3 4 5]"},
		{linearTicks(5.1), "[0 2 4 6]"},
		{linearTicks(43), "[0 10 20 30 40 50]"},
		{linearTicks(60), "[0 20 40 60]"},
		{logTicks(11, 203), "[10 20 50 100 200 500]"},
		{logTicks(10, 50), "[10 20 50]"},
		{logTicks(21, 49), "[20 50]"},
		{logTicks(9, 9), "[5 10]"},
		{logTicks(5, 5), "[5 10]"},
		{logTicks(0, 3), "[1 2 5]"},
	} {
		if got := fmt.Sprintf("%.4g", tt.got); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestAxes(t *testing.T) {
	at := axes{least: 100, most: 10_000, bottom: 10, top: 1000}
	left, middle, right := at.x(100), at.x(1000), at.x(10_000)
	if left != chartLeft || right != chartWidth-chartRight || math.Abs(middle-(left+right)/2) > 1e-9 {
		t.Errorf("x: got %v, %v, %v", left, middle, right)
	}
	for _, log := range []bool{false, true} {
		at.log = log
		if below, bottom, top := at.y(0), at.y(10), at.y(1000); below != bottom || bottom != chartTop+chartHeight || top != chartTop {
			t.Errorf("y, logarithmic %v: got %v, %v, %v", log, below, bottom, top)
		}
	}
	if got := at.y(100); math.Abs(got-(chartTop+chartHeight/2.)) > 1e-9 {
		t.Errorf("y of the middle: got %v", got)
	}
}
