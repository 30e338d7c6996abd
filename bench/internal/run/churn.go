package run

import (
	"context"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"sseserver/bench/internal/field"
)

// afterChurn is what is left of the window when the last client has gone: enough
// for the server to notice, while the load still runs.
const afterChurn = 3 * time.Second

// churn lets clients come at an even pace, whether or not those before them were
// served, and each go after its first event and a while.
func churn(ctx context.Context, s Scenario, running *field.Running) *ChurnResult {
	result := &ChurnResult{}
	stream, err := url.Parse(running.URL)
	if err != nil {
		result.Failed++
		return result
	}
	watch := watch(running)
	visits := &visits{}
	start := time.Now()
	last := visits.comeAndGo(ctx, s, stream, start)
	result.Seconds = last.Sub(start).Seconds()
	visits.done.Wait()
	watched := watch.stop()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	if now, err := lookAt(ctx, running); err == nil {
		result.StreamsAfter = now.streams
	}
	result.sum(visits, watched)
	return result
}

// visits is what became of the clients.
type visits struct {
	done   sync.WaitGroup
	mu     sync.Mutex
	first  []time.Duration // from the planned connect to the first event
	failed int
}

// comeAndGo starts the visits and returns when the last was started.
func (v *visits) comeAndGo(ctx context.Context, s Scenario, stream *url.URL, start time.Time) time.Time {
	gap := time.Second / time.Duration(s.Churn.PerSecond)
	end := start.Add(s.Window - afterChurn - s.Churn.Stay)
	for next := start; next.Before(end) && ctx.Err() == nil; next = next.Add(gap) {
		time.Sleep(time.Until(next))
		v.done.Go(func() { v.one(ctx, s, stream, next) })
	}
	return time.Now()
}

func (v *visits) one(ctx context.Context, s Scenario, stream *url.URL, planned time.Time) {
	client, err := open(ctx, stream, "\nid: ")
	first := time.Since(planned)
	v.mu.Lock()
	if err != nil {
		v.failed++
	} else {
		v.first = append(v.first, first)
	}
	v.mu.Unlock()
	if err == nil {
		time.Sleep(rand.N(s.Churn.Stay))
		client.leave()
	}
}

func (r *ChurnResult) sum(v *visits, seen []sight) {
	r.Failed = v.failed
	r.FirstP50, r.FirstP99 = quantile(v.first, .5), quantile(v.first, .99)
	if r.Seconds > 0 {
		r.PerSecond = float64(len(v.first)) / r.Seconds
	}
	fifth := max(len(seen)/5, 1)
	if len(seen) == 0 {
		return
	}
	for i, some := range [2][]sight{seen[:fifth], seen[len(seen)-fifth:]} {
		for _, one := range some {
			r.Goroutines[i] += one.goroutines
			r.Streams[i] += one.streams
			r.RSSMiB[i] += one.rssMiB
		}
		r.Goroutines[i] /= fifth
		r.Streams[i] /= fifth
		r.RSSMiB[i] /= fifth
	}
}
