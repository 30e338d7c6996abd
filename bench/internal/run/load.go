package run

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
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
	var report loadReport
	file := filepath.Join(b.Workshop.Dir, "sseload.json")
	if err := os.RemoveAll(file); err != nil {
		return report, fmt.Errorf("run: %w", err)
	}
	client, err := host.Start(b.ClientCore, host.Command{Args: b.arguments(s, running, file)})
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
	return report, nil
}

func (b *Bench) arguments(s Scenario, running *field.Running, file string) []string {
	args := []string{
		b.Sseload, "--url", running.URL,
		"--clients", strconv.Itoa(s.Work.Streams),
		"--ramp", strconv.FormatFloat(s.Ramp, 'f', -1, 64),
		"--duration", s.steady().String(),
		"--interval", s.Work.Interval.String(),
		"--protocol", s.Protocol,
		"--json", file,
	}
	if running.OwnSchedule {
		args = append(args, "--anchor", "first-event")
	}
	return args
}

// loadReport is what we read of sseload's report.
type loadReport struct {
	Started time.Time `json:"started"`
	Windows struct {
		Ramp   float64 `json:"ramp_s"`
		Steady float64 `json:"steady_s"`
	} `json:"windows"`
	Lateness struct {
		P50 float64 `json:"p50_ms"`
		P99 float64 `json:"p99_ms"`
	} `json:"lateness"`
	Counts struct {
		Lost, Duplicate, Reordered, Corrupt, Truncated, Failed uint64
	} `json:"counts"`
	Timeline []struct {
		Events uint64 `json:"events"`
	} `json:"timeline"`
	Complaints []string `json:"complaints"`
}

// window is the whole seconds of the steady window, without its first part.
func (r loadReport) window(skip time.Duration) (from, to int) {
	from = int(math.Ceil(r.Windows.Ramp + skip.Seconds()))
	return from, min(int(r.Windows.Steady), len(r.Timeline))
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
	s.LatenessP50, s.LatenessP99 = r.Lateness.P50, r.Lateness.P99
	s.Lost = r.Counts.Lost
	s.Faults = r.Counts.Duplicate + r.Counts.Reordered + r.Counts.Corrupt + r.Counts.Truncated + r.Counts.Failed
	s.Complaints = r.Complaints
}
