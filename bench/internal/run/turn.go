package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
)

// Bench is what all turns have in common.
type Bench struct {
	Workshop   *field.Workshop
	Sseload    string   // the program
	Attacker   []string // the program, and its first argument
	ClientCore int

	addresses sources // that the clients connect from
}

// Turn lets one server do a scenario's work once. What goes wrong with the
// server is told in the sample; an error means that the benchmark must end.
func (b *Bench) Turn(ctx context.Context, s Scenario, round int, server field.Entry) (Sample, error) {
	sample := Sample{Server: server.Name, Round: round}
	ctx, cancel := context.WithTimeoutCause(ctx, s.limit(), errors.New("run: the turn took too long"))
	defer cancel()
	err := b.turn(ctx, s, server, &sample)
	if errors.Is(err, context.Canceled) {
		return sample, err
	}
	if err != nil {
		sample = Sample{Server: server.Name, Round: round, Error: err.Error()}
	}
	return sample, nil
}

// limit is how long a turn may take in all.
func (s Scenario) limit() time.Duration {
	return time.Minute + 2*(s.ramp()+s.steady())
}

func (s Scenario) ramp() time.Duration {
	if s.Hold.Messages > 0 {
		return time.Duration(s.Hold.Messages*(1+s.Hold.Chunks)) * perRequest
	}
	return time.Duration(float64(s.Work.Streams) / s.Ramp * float64(time.Second))
}

// steady is the steady window as sseload has it, which begins earlier than the
// one that is measured.
func (s Scenario) steady() time.Duration { return settle + s.Window }

// answer is how long a chat completion takes, to the end of which each is read.
func (s Scenario) answer() time.Duration { return time.Duration(s.Work.Words) * s.Work.Interval }

func (b *Bench) turn(ctx context.Context, s Scenario, server field.Entry, result *Sample) error {
	running, err := server.Start(ctx, b.Workshop, s.Work)
	if err != nil {
		return err
	}
	defer running.Stop()
	time.Sleep(300 * time.Millisecond) // what a start leaves behind
	idle, err := host.UsageOf(running.PID())
	if err != nil {
		return err
	}
	if s.Hold.Messages > 0 {
		result.Hold, err = hold(ctx, s.Hold, running)
		return err
	}
	switch s.Name {
	case Cluster:
		result.Kills, err = b.kills(ctx, s, running)
		return err
	case ClusterAppends:
		result.Appends, err = appendAll(ctx, s, running)
		return err
	}
	sampler := sample(running.PID(), b.Workshop.Core)
	engines := sampleEach(running.EnginePIDs(), b.Workshop.Core)
	extra := b.beside(ctx, s, running)
	report, err := b.load(ctx, s, running)
	readings, ofEngines := sampler.stop(), stopAll(engines)
	extra.into(result)
	if err != nil {
		return err
	}
	if err := result.fill(s, idle, readings, report); err != nil {
		return err
	}
	result.Engines = engineUse(ofEngines, report)
	return nil
}

// fill computes the figures.
func (r *Sample) fill(s Scenario, idle host.Usage, read readings, report loadReport) error {
	from, to := report.window(settle)
	events := report.events(from, to)
	if events == 0 && s.Attack == "" { // an attack may well leave none
		return errors.New("run: no event in the whole steady window")
	}
	begin, end := report.moment(from), report.moment(to)
	cpu := read.cpu(begin, end)
	seconds := end.Sub(begin).Seconds()
	if cpu <= 0 || seconds <= 0 {
		return fmt.Errorf("run: %v of CPU in %v s", cpu, seconds)
	}
	const kib = 1024.0
	if events > 0 {
		r.CPUPerEvent = float64(cpu.Nanoseconds()) / 1000 / float64(events)
	}
	r.Core = cpu.Seconds() / seconds
	r.Others = read.others(begin, end).Seconds() / seconds
	r.EventsPerSecond = float64(events) / seconds
	r.IdleRSS = float64(idle.RSS) / kib
	r.RSSPerStream = float64(read.rss(begin, end)-idle.RSS) / kib / float64(s.Work.Streams)
	report.into(r)
	lost, doubled := report.miscounted(s.Work.Words)
	r.Lost += lost
	r.Faults += doubled
	return nil
}

// extra is what a scenario does beside the load.
type extra struct {
	cancel context.CancelFunc
	done   chan struct{}
	probe  *ProbeResult
	churn  *ChurnResult
	fair   *FairResult
}

// beside starts it, for the steady window.
func (b *Bench) beside(ctx context.Context, s Scenario, running *field.Running) *extra {
	ctx, cancel := context.WithCancel(ctx)
	e := &extra{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(e.done)
		// The client needs a moment to start, and has a window of its own.
		select {
		case <-time.After(s.ramp() + settle):
		case <-ctx.Done():
			return
		}
		switch {
		case s.Probe && running.Base != "":
			e.probe = probe(ctx, s, running)
		case s.Churn.PerSecond > 0:
			e.churn = churn(ctx, s, running)
		case s.Attack != "":
			e.fair = b.fair(ctx, s, running)
		}
	}()
	return e
}

// into ends it, and puts what it found into the sample.
func (e *extra) into(r *Sample) {
	e.cancel()
	<-e.done
	r.Probe, r.Churn, r.Fair = e.probe, e.churn, e.fair
}
