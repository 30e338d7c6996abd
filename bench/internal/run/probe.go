package run

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"sseserver/bench/internal/field"
)

// probePause is the time between two probes: often enough for a p99, and no
// load worth the name.
const probePause = 50 * time.Millisecond

// probe submits a message and opens a stream, in turns, until ctx is done or the
// window is over.
func probe(ctx context.Context, s Scenario, running *field.Running) *ProbeResult {
	result := &ProbeResult{}
	stream, err := url.Parse(running.URL)
	if err != nil {
		result.fail(err)
		return result
	}
	client := &http.Client{Timeout: visitTimeout, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	var sends, streams []time.Duration
	pause := time.NewTicker(probePause)
	defer pause.Stop()
	for end := time.After(s.Window - settle); ; {
		select {
		case <-pause.C:
		case <-end:
			result.sum(sends, streams)
			return result
		case <-ctx.Done():
			result.sum(sends, streams)
			return result
		}
		start := time.Now()
		if _, err := field.Submit(ctx, client, running.Base, "probe"); err != nil {
			result.fail(err)
		} else {
			sends = append(sends, time.Since(start))
		}
		start = time.Now()
		if v, err := open(ctx, stream, "retry:"); err != nil {
			result.fail(err)
		} else {
			streams = append(streams, time.Since(start))
			v.leave()
		}
	}
}

func (r *ProbeResult) fail(err error) {
	r.Failed++
	r.LastFailed = err.Error()
}

func (r *ProbeResult) sum(sends, streams []time.Duration) {
	r.Sends, r.SendP50, r.SendP99 = len(sends), quantile(sends, .5), quantile(sends, .99)
	r.Streams, r.StreamP50, r.StreamP99 = len(streams), quantile(streams, .5), quantile(streams, .99)
}
