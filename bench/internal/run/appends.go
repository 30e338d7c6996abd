package run

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
)

// AppendResult is how many appends a server answers, one request each, if each producer
// makes the next as soon as it has the answer to the one before.
type AppendResult struct {
	PerSecond    float64 `json:"per_second"`
	CPUPerAppend float64 `json:"cpu_us_per_append"`         // of the server
	Engines      int     `json:"engines"`                   // 0 is memory alone
	EnginesCPU   float64 `json:"engines_cpu_us_per_append"` // of all together
}

// appendAll appends to so many messages at once, for as long as the window is.
func appendAll(ctx context.Context, s Scenario, running *field.Running) (*AppendResult, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: s.Work.Messages}
	defer transport.CloseIdleConnections()
	p := &producer{client: &http.Client{Transport: transport}, base: running.Base, ids: make([]string, s.Work.Messages)}
	if err := p.each(ctx, s.Work.Messages, p.open); err != nil {
		return nil, err
	}
	if _, err := p.appendFor(ctx, settle); err != nil { // connections are made, and buffers
		return nil, err
	}
	before, err := use(running)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	appended, err := p.appendFor(ctx, s.Window)
	if err != nil {
		return nil, err
	}
	took := time.Since(begun)
	after, err := use(running)
	if err != nil {
		return nil, err
	}
	each := func(cpu time.Duration) float64 { return float64(cpu.Nanoseconds()) / 1000 / float64(max(appended, 1)) }
	return &AppendResult{
		PerSecond: float64(appended) / took.Seconds(), CPUPerAppend: each(after.server - before.server),
		Engines: len(running.EnginePIDs()), EnginesCPU: each(after.engines - before.engines),
	}, nil
}

// appendFor appends to each message, and returns how often in all.
func (p *producer) appendFor(ctx context.Context, window time.Duration) (int64, error) {
	end := time.Now().Add(window)
	var appended atomic.Int64
	var failed error
	var once sync.Once
	var all sync.WaitGroup
	for k := range p.ids {
		all.Go(func() {
			for time.Now().Before(end) {
				if err := p.append(ctx, k); err != nil {
					once.Do(func() { failed = err })
					return
				}
				appended.Add(1)
			}
		})
	}
	all.Wait()
	return appended.Load(), failed
}

// used is the processor time so far.
type used struct{ server, engines time.Duration }

func use(running *field.Running) (u used, err error) {
	usage, err := host.UsageOf(running.PID())
	if err != nil {
		return u, err
	}
	u.server = usage.CPU
	for _, pid := range running.EnginePIDs() {
		if usage, err = host.UsageOf(pid); err != nil {
			return u, err
		}
		u.engines += usage.CPU
	}
	return u, nil
}
