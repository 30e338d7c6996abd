package run

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
)

// The exit codes of sseload after which there is a report: all well, run invalid
// because the generator was out of breath, and a threshold failed, which here is
// that something was lost, doubled or wrong.
const (
	exitInvalid   = 3
	exitThreshold = 99
)

// load runs sseload against a server.
func (b *Bench) load(ctx context.Context, s Scenario, running *field.Running) (loadReport, error) {
	file := filepath.Join(b.Workshop.Dir, "sseload.json")
	return b.sseload(ctx, file, b.arguments(s, running, file))
}

// sseload runs it to its end. It writes its report to the file.
func (b *Bench) sseload(ctx context.Context, file string, args []string) (loadReport, error) {
	var report loadReport
	if err := os.RemoveAll(file); err != nil {
		return report, fmt.Errorf("run: %w", err)
	}
	client, err := host.Start(b.ClientCore, host.Command{Args: args})
	if err != nil {
		return report, err
	}
	defer client.Stop()
	if err := client.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return report, err
		}
		if code, ok := host.ExitCode(err); !ok || code != exitInvalid && code != exitThreshold {
			return report, fmt.Errorf("run: sseload: %w", err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return report, fmt.Errorf("run: %w", err)
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return report, fmt.Errorf("run: sseload's report: %w", err)
	}
	if report.Version != reportVersion {
		return report, fmt.Errorf("run: sseload's report is of version %q, not %q", report.Version, reportVersion)
	}
	return report, nil
}

func (b *Bench) arguments(s Scenario, running *field.Running, file string) []string {
	args := []string{b.Sseload, "--url", running.URL, "--interval", s.Work.Interval.String()}
	if running.IsLive {
		rate := time.Second.Seconds() / s.Work.Interval.Seconds()
		args = []string{
			b.Sseload, "--live", running.Base,
			"--live-messages", strconv.Itoa(s.Work.Messages),
			"--append-rate", strconv.FormatFloat(rate, 'f', -1, 64),
			"--pipe=" + strconv.FormatBool(s.Work.Pipe),
		}
		if s.Name == ClusterDelivery {
			args = append(args, "--append-to", running.Cluster.Nodes[1].URL)
		}
	}
	if running.IsChat {
		args = append([]string{b.Sseload}, s.chatArguments(running.URL)...)
	}
	args = append(
		args,
		"--clients", strconv.Itoa(s.Work.Streams),
		"--ramp", strconv.FormatFloat(s.Ramp, 'f', -1, 64),
		"--duration", s.steady().String(),
		"--protocol", s.Protocol,
		"--json", file,
	)
	if s.Protocol == http1 { // over HTTP/2 there are but a few connections
		args = append(args, "--source-addresses", b.addresses.next(s.Work.Streams))
	}
	if running.OwnSchedule {
		args = append(args, "--anchor", "first-event")
	}
	return args
}

// chatArguments are those for answers of so many words, each of which comes to its end.
func (s Scenario) chatArguments(url string) []string {
	words := strings.TrimSuffix(strings.Repeat("word ", s.Work.Words), " ")
	return []string{
		"--preset", "openai", "--once", "--drain", (2 * s.answer()).String(),
		"--body", `{"model":"bench","stream":true,"messages":[{"role":"user","content":"` + words + `"}]}`,
		"--header", "X-Stream-Plan: interval=" + s.Work.Interval.String(), "--interval", s.Work.Interval.String(), url,
	}
}

// miscounted is how many words of whole answers are missing, or too many: they have no
// numbers by which sseload would tell.
func (r loadReport) miscounted(words int) (lost, doubled uint64) {
	all := r.Counts.Completed * uint64(words)
	if words == 0 || r.Counts.Events == all {
		return 0, 0
	}
	return max(all, r.Counts.Events) - r.Counts.Events, max(all, r.Counts.Events) - all
}

// loadReport is what we read of sseload's report.
type loadReport struct {
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Windows struct {
		Ramp   float64 `json:"ramp_ms"` // how long each is
		Steady float64 `json:"steady_ms"`
	} `json:"windows"`
	Counts struct {
		Lost, Duplicate, Reordered, Corrupt, Truncated, Failed, Appended uint64

		Completed, Events, Streams, Empty, Unappended, Reconnects uint64

		ResumedWrong uint64 `json:"resumed_wrong"`
	} `json:"counts"`
	Metrics struct {
		OpenLag    struct{ P99 float64 }           `json:"open_lag"` // in ms, as all are
		FirstEvent struct{ P50, P99 float64 }      `json:"ttfe"`
		Lateness   struct{ P50, P99, Max float64 } `json:"lateness"`
		Probe      struct{ P99, Max float64 }      `json:"probe"`
		Append     struct{ P50, P99, Max float64 } `json:"append"`
		Delivery   struct{ P50, P99, Max float64 } `json:"delivery"`
		Outage     Times                           `json:"outage"`
		Stall      Times                           `json:"stall"`
	} `json:"metrics"`
	Health struct {
		Complaints []string `json:"complaints"`
	} `json:"health"`
	Timeline []struct {
		Events    uint64  `json:"events"`
		Outages   uint64  `json:"outages"`
		OutageMax float64 `json:"outage_max_ms"`
		Stalls    uint64  `json:"stalls"`
		StallMax  float64 `json:"stall_max_ms"`
	} `json:"timeline"` // by the second
	Errors map[string]uint64 `json:"errors"`
}

// reportVersion is the form of report that loadReport knows.
const reportVersion = "sseload/2"

// window is the whole seconds of the steady window, without its first part.
func (r loadReport) window(skip time.Duration) (from, to int) {
	begin := r.Windows.Ramp/1000 + skip.Seconds()
	end := (r.Windows.Ramp + r.Windows.Steady) / 1000
	return int(math.Ceil(begin)), min(int(end), len(r.Timeline))
}

// end is that of the steady window.
func (r loadReport) end() time.Time {
	return r.Started.Add(time.Duration((r.Windows.Ramp + r.Windows.Steady) * float64(time.Millisecond)))
}

// events is the number of events received in the seconds from up to, without, to.
func (r loadReport) events(from, to int) (n uint64) {
	for i := from; i < to; i++ {
		n += r.Timeline[i].Events
	}
	return n
}

// moment is when a second of the run began.
func (r loadReport) moment(second int) time.Time {
	return r.Started.Add(time.Duration(second) * time.Second)
}

func (r loadReport) into(s *Sample) {
	s.OpenLagP99 = r.Metrics.OpenLag.P99
	s.FirstP50, s.FirstP99 = r.Metrics.FirstEvent.P50, r.Metrics.FirstEvent.P99
	s.LatenessP50, s.LatenessP99 = r.Metrics.Lateness.P50, r.Metrics.Lateness.P99
	s.Lost = r.Counts.Lost
	s.Faults = r.Counts.Duplicate + r.Counts.Reordered + r.Counts.Corrupt + r.Counts.Truncated + r.Counts.Failed
	s.Complaints = r.Health.Complaints
	if m := r.Metrics; r.Counts.Appended > 0 {
		s.Live = &LiveResult{r.Counts.Appended, m.Append.P50, m.Append.P99, m.Append.Max, m.Delivery.P50, m.Delivery.P99, m.Delivery.Max}
	}
	if f := s.Fair; f != nil {
		f.LatenessMax = r.Metrics.Lateness.Max
		f.ClientP99, f.ClientMax = r.Metrics.Probe.P99, r.Metrics.Probe.Max
	}
}
