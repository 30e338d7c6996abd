package run

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sseserver/bench/internal/field"
)

// probePause is the time between two probes of a kind: often enough for a p99,
// and no load worth the name.
const probePause = 50 * time.Millisecond

// probe submits a message and opens a stream, again and again, until ctx is done
// or the window is over. It does not wait for the answers, so that slow ones do
// not make the probes few.
func probe(ctx context.Context, s Scenario, running *field.Running) *ProbeResult {
	stream, err := url.Parse(running.URL)
	if err != nil {
		return &ProbeResult{Failed: 1, LastFailed: err.Error()}
	}
	client := &http.Client{Timeout: visitTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	defer client.CloseIdleConnections()
	p := &probes{}
	start := time.Now()
	end := start.Add(s.Window - settle)
	for planned := start; planned.Before(end) && ctx.Err() == nil; planned = planned.Add(probePause) {
		time.Sleep(time.Until(planned))
		p.done.Go(func() {
			_, err := field.Submit(ctx, client, running.Base, "probe")
			p.note(&p.sends, planned, err)
		})
		p.done.Go(func() {
			v, err := open(ctx, stream, "retry:")
			p.note(&p.streams, planned, err)
			if err == nil {
				v.leave()
			}
		})
	}
	p.done.Wait()
	return p.result()
}

// probes is what became of them.
type probes struct {
	done           sync.WaitGroup
	mu             sync.Mutex
	sends, streams []time.Duration // from the planned moment to the answer
	failed         int
	lastFailed     string
}

func (p *probes) note(durations *[]time.Duration, planned time.Time, err error) {
	took := time.Since(planned)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.failed++
		p.lastFailed = err.Error()
		return
	}
	*durations = append(*durations, took)
}

// result is to be called when all are done.
func (p *probes) result() *ProbeResult {
	return &ProbeResult{
		Sends: len(p.sends), SendP50: quantile(p.sends, .5), SendP99: quantile(p.sends, .99),
		Streams: len(p.streams), StreamP50: quantile(p.streams, .5), StreamP99: quantile(p.streams, .99),
		Failed: p.failed, LastFailed: p.lastFailed,
	}
}
