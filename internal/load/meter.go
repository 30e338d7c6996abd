package load

import (
	"context"
	"sync"
	"time"

	"sseserver/internal/load/measure"
)

// meter measures the worker itself.
type meter struct {
	worker *worker
	health Health        // owned by sample
	used   time.Duration // processor time at the latest sample; owned by sample
	late   *lateTold     // owned by sample

	mu    *sync.Mutex // guards tally
	tally measure.Tally
}

func newMeter(w *worker) meter {
	return meter{worker: w, health: newHealth(), used: processorTime(), late: new(lateTold), mu: new(sync.Mutex)}
}

// probe runs the worker's own stream until ctx ends.
func (m *meter) probe(ctx context.Context) error {
	p := probe{worker: m.worker, record: func(due, lateness time.Duration) {
		if due < 0 {
			return // before the run
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.tally.Distributions.Record(measure.Probe, m.worker.windows.Of(due), lateness)
		second := m.tally.Timeline.At(due)
		second.ProbeMax = max(second.ProbeMax, lateness)
	}}
	return p.run(ctx)
}

// sample reads the processor time at each full second and at the ends of the
// windows, so that what was used belongs to one window, and gives a tick for
// each second, until ctx ends.
func (m *meter) sample(ctx context.Context, tick func(Tick)) {
	timer := time.NewTimer(-m.worker.now())
	defer timer.Stop()
	for from, to := time.Duration(0), time.Duration(0); ; from, to = to, m.next(to) {
		timer.Reset(to - m.worker.now())
		select {
		case <-timer.C:
		case <-ctx.Done():
			if now := m.worker.now(); now < to {
				m.charge(from, now)
				return
			}
			// This goroutine is behind: what has passed still wants its samples
			// and ticks.
		}
		m.charge(from, to)
		if to > 0 && to%time.Second == 0 {
			tick(m.tick(int(to/time.Second) - 1))
		}
	}
}

// next is the moment of the sample after the one at the given moment.
func (m *meter) next(after time.Duration) time.Duration {
	next := after.Truncate(time.Second) + time.Second
	for _, end := range []time.Duration{m.worker.windows.Ramp, m.worker.windows.Steady} {
		if end > after {
			next = min(next, end)
		}
	}
	return next
}

// charge books the processor time since the latest sample.
func (m *meter) charge(from, to time.Duration) {
	used := processorTime()
	spent := used - m.used
	m.used = used
	if to <= from {
		return
	}
	if m.worker.windows.Of(from) == measure.Steady {
		m.health.CPU += spent
		m.health.Wall += to - from
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tally.Timeline.At(from).CPU += spent
}

// tick collects one second from all groups.
func (m *meter) tick(second int) Tick {
	t := Tick{Second: second, Window: m.worker.windows.Of(time.Duration(second) * time.Second)}
	for _, g := range m.worker.groups {
		t.Of.Add(g.second(second))
	}
	t.Of.Lateness = m.late.fresh(second, func(second int, row []uint64) {
		for _, g := range m.worker.groups {
			g.addLateness(second, row)
		}
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	t.Of.Add(*m.tally.Timeline.At(time.Duration(second) * time.Second))
	return t
}
