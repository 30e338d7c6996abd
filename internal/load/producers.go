package load

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/produce"
	"sseserver/internal/load/track"
)

// producers append to the live messages of a worker, each to its own, with one
// request after the other. One that is slow, or whose server is, is behind on a
// schedule that does not wait for it.
type producers struct {
	worker *worker
	all    []*producer
	shared *http.Client // over HTTP/2; else nil

	ending chan struct{} // closed by endAt
	steady time.Duration // set before that
	done   chan struct{} // closed by run, when all is answered

	mu      sync.Mutex // guards what follows
	tally   measure.Tally
	refusal string // the first error
	starved uint64
}

// newProducers is nil if nothing is appended.
func newProducers(w *worker) *producers {
	c := &w.job.Config
	if !c.Live.On {
		return nil
	}
	p := &producers{worker: w, ending: make(chan struct{}), steady: w.windows.Steady, done: make(chan struct{})}
	if c.Protocol != "http1" {
		p.shared = c.httpClient(0)
		p.shared.Timeout = 0 // a pipe has none
		p.shared.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	for i, live := range w.live {
		number := w.job.liveMessage(i)
		message := p.server(number, 0).Message(w.job.MessageIDs[i])
		p.all = append(p.all, &producer{producers: p, number: number, live: live, message: message})
	}
	return p
}

// newLive makes the live messages of a worker.
func (j *Job) newLive() (messages []*track.Live) {
	plan := j.Config.livePlan()
	for i := range j.MessageIDs {
		messages = append(messages, track.NewLive(plan, j.liveMessage(i)))
	}
	return messages
}

func (p *producers) run(ctx context.Context) {
	defer close(p.done)
	var running sync.WaitGroup
	for _, each := range p.all {
		running.Go(func() { each.run(ctx) })
	}
	running.Wait()
	if p.shared != nil {
		p.shared.CloseIdleConnections()
	}
}

func (p *producers) endAt(steady time.Duration) {
	p.steady = steady
	close(p.ending)
}

func (p *producers) answered() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *producers) await(most time.Duration) {
	select {
	case <-p.done:
	case <-time.After(most):
	}
}

func (p *producers) collect(part *Part) {
	part.Tally.Merge(&p.tally)
	part.Health.Starved += p.starved
	part.AppendRefusal = p.refusal
}

// over tells whether nothing that is due at a moment is to be sent, as the
// steady window has ended before.
func (p *producers) over(due time.Duration) bool {
	select {
	case <-p.ending:
		return due >= p.steady
	default:
		return due >= p.worker.windows.Steady
	}
}

// took counts a chunk that the server took.
func (p *producers) took(due, spent time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Counts.Appended++
	if spent >= 0 {
		p.tally.Distributions.Record(measure.Append, p.worker.windows.Of(due), spent)
	}
}

// unsent counts chunks that were due and were not taken.
func (p *producers) unsent(n uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Counts.Unappended += n
}

// failed counts an error.
func (p *producers) failed(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Fail(p.worker.now(), sendErrorName("append", err))
	if lacking(err) != "" {
		p.starved++
	}
	if p.refusal == "" {
		p.refusal = measure.OneLine(err.Error())
	}
}

// server is where the producer of a live message appends after so many moves.
func (p *producers) server(message, moves int) *produce.Server {
	c, r := &p.worker.job.Config, p.worker.requests
	who := c.producerOf(message)
	u, err := url.Parse(r.expand(r.appends[turn(len(r.appends), message, moves)], who))
	if err != nil {
		panic(fmt.Sprintf("load: the address was checked: %v", err))
	}
	server := &produce.Server{URL: u, Header: r.header(who), Client: p.shared, Patience: answerPatience}
	if p.shared == nil {
		server.Dial = c.dialer(u, c.sourceOf(message))
	}
	return server
}

// answerPatience is how long an append may take. Servers that share their messages may
// need some seconds until another one takes the place of one that has died.
const answerPatience = 15 * time.Second
