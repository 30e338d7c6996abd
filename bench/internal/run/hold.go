package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
)

// Hold is a number of live messages that are open, with so many chunks each.
type Hold struct {
	Messages int `json:"messages"`
	Chunks   int `json:"chunks"`
}

// heldChunk is what each chunk is.
const heldChunk = "abc "

// holders is how many producers open and append at once: enough to keep the server
// busy.
const holders = 16

// perRequest is about how long an append takes, for the estimate.
const perRequest = 100 * time.Microsecond

// hold opens the messages, appends to each in turn, and sees what they take.
func hold(ctx context.Context, h Hold, running *field.Running) (*HoldResult, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: holders}
	defer transport.CloseIdleConnections()
	p := &producer{client: &http.Client{Transport: transport}, base: running.Base, ids: make([]string, h.Messages)}
	// The first requests make what all others share.
	if err := p.warmUp(ctx); err != nil {
		return nil, err
	}
	before, err := weigh(ctx, running)
	if err != nil {
		return nil, err
	}
	if err := p.each(ctx, h.Messages, p.open); err != nil {
		return nil, err
	}
	opened, err := host.UsageOf(running.PID())
	if err != nil {
		return nil, err
	}
	appends := h.Messages * h.Chunks
	if err := p.each(ctx, appends, p.append); err != nil {
		return nil, err
	}
	appended, err := host.UsageOf(running.PID())
	if err != nil {
		return nil, err
	}
	after, err := weigh(ctx, running)
	if err != nil {
		return nil, err
	}
	const kib = 1024.0
	result := &HoldResult{
		Hold:    h,
		TextKiB: float64(h.Chunks*len(heldChunk)) / kib,
		RSSKiB:  float64(after.rss-before.rss) / kib / float64(h.Messages),
		HeapKiB: float64(after.heap-before.heap) / kib / float64(h.Messages),
	}
	if appends > 0 {
		result.CPUPerAppend = float64((appended.CPU - opened.CPU).Microseconds()) / float64(appends)
	}
	return result, nil
}

// weight is the memory of a server.
type weight struct{ rss, heap int64 }

// atRest is longer than the server takes to give back what a burst has left behind.
const atRest = 3 * time.Second

// weigh lets the server come to rest and collect its garbage, and then looks.
func weigh(ctx context.Context, running *field.Running) (w weight, err error) {
	select {
	case <-time.After(atRest):
	case <-ctx.Done():
		return w, context.Cause(ctx)
	}
	var profile string
	for range 2 { // what the first one frees, the second one counts
		if profile, err = get(ctx, running.Admin+"/debug/pprof/heap?debug=1&gc=1"); err != nil {
			return w, err
		}
	}
	_, text, _ := strings.Cut(profile, "# HeapAlloc = ")
	if _, err := fmt.Sscan(text, &w.heap); err != nil {
		return w, fmt.Errorf("run: the heap's size: %w", err)
	}
	usage, err := host.UsageOf(running.PID())
	w.rss = usage.RSS
	return w, err
}

func get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("run: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("run: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("run: %s: %s, %w", url, response.Status, err)
	}
	return string(text), nil
}

// producer opens live messages and appends to them.
type producer struct {
	client *http.Client
	base   string
	ids    []string
}

// warmUp opens some messages, appends to them and deletes them.
func (p *producer) warmUp(ctx context.Context) error {
	warm := &producer{p.client, p.base, make([]string, 10*holders)}
	for _, step := range []func(context.Context, int) error{warm.open, warm.append, warm.delete} {
		if err := warm.each(ctx, len(warm.ids), step); err != nil {
			return err
		}
	}
	return nil
}

// each does something n times, with all holders.
func (p *producer) each(ctx context.Context, n int, do func(ctx context.Context, k int) error) error {
	var next atomic.Int64
	errs := make([]error, holders)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			for errs[i] == nil {
				k := int(next.Add(1)) - 1
				if k >= n {
					return
				}
				errs[i] = do(ctx, k)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (p *producer) open(ctx context.Context, k int) error {
	answer, err := p.do(ctx, http.MethodPost, "/messages", "", http.StatusCreated)
	p.ids[k] = answer.MessageID
	return err
}

func (p *producer) append(ctx context.Context, k int) error {
	_, err := p.do(ctx, http.MethodPost, "/messages/"+p.ids[k%len(p.ids)]+"/chunks", `{"chunk":"`+heldChunk+`"}`, http.StatusOK)
	return err
}

func (p *producer) delete(ctx context.Context, k int) error {
	_, err := p.do(ctx, http.MethodDelete, "/messages/"+p.ids[k], "", http.StatusNoContent)
	return err
}

// told is what we read of the answers.
type told struct{ MessageID string }

func (p *producer) do(ctx context.Context, method, path, body string, status int) (answer told, err error) {
	request, err := http.NewRequestWithContext(ctx, method, p.base+path, strings.NewReader(body))
	if err != nil {
		return answer, fmt.Errorf("run: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		return answer, fmt.Errorf("run: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil || response.StatusCode != status {
		return answer, fmt.Errorf("run: %s %s: %s, %w, %s", method, path, response.Status, err, text)
	}
	return answer, nil
}
