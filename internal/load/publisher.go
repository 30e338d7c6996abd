package load

import (
	"context"
	"net/http"
	"sync"
	"time"

	"sseserver/internal/load/measure"
)

// hubPatience is how long a publication waits for the answer to the one before,
// at least. Then it is sent all the same.
const hubPatience = time.Second

// maxInFlight is how many publications can wait for their answers at a time:
// none does for longer than patience.
const maxInFlight = int(patience/hubPatience) + 1

// publisher publishes to the hub, each publication when it is due and the one
// before is answered: requests that overlap have no order that a hub could keep.
// A hub that is slow cannot hide behind that, since all is counted from the
// moment when a publication was due.
type publisher struct {
	worker      *worker
	client      *http.Client
	templates   publishTemplates
	header      http.Header // that is the same in each request
	contentType string

	end  chan time.Duration // room for one: the end of the steady window, as it came to be
	done chan struct{}      // closed by run, when all is answered

	mu      sync.Mutex // guards what follows
	tally   measure.Tally
	refusal string // what the hub said to the first one that it refused
}

// newPublisher is nil for a worker that does not publish: the first one does.
func newPublisher(w *worker) *publisher {
	c := w.job.Config
	if !c.Publish.on() || w.job.Process != 0 {
		return nil
	}
	t, err := c.Publish.templates()
	if err != nil {
		panic(err) // Config.check has read them
	}
	client := c.httpClient(maxInFlight)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &publisher{
		worker: w, client: client, templates: t, header: c.commonHeader(),
		contentType: contentType(exampleBody(c.Publish.Body)),
		end:         make(chan time.Duration, 1), done: make(chan struct{}),
	}
}

func (p *publisher) endAt(steady time.Duration) {
	p.end <- steady
}

func (p *publisher) answered() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *publisher) await(most time.Duration) {
	select {
	case <-p.done:
	case <-time.After(most):
	}
}

func (p *publisher) run(ctx context.Context) {
	defer close(p.done)
	defer p.client.CloseIdleConnections()
	var sending sync.WaitGroup
	defer sending.Wait()
	steady := p.worker.windows.Steady
	first, interval := p.worker.windows.Ramp, p.worker.job.Config.Publish.interval()
	var before sentPublication
	for n := int64(0); ; n++ {
		due := first + time.Duration(n)*interval
		if steady = p.wait(ctx, due, steady); due >= steady {
			return
		}
		over := before.over(ctx, p.worker.now)
		if ctx.Err() != nil {
			p.count(due, errUnsent)
			continue // as all that follow
		}
		if !over {
			p.overlap()
		}
		answered := make(chan struct{})
		before = sentPublication{answered: answered, grace: p.worker.now() + max(hubPatience, interval/2)}
		sending.Go(func() {
			defer close(answered)
			p.publish(ctx, n, due)
		})
	}
}

// wait waits until a publication is due, or the end of the steady window is
// known to be earlier. It returns that end.
func (p *publisher) wait(ctx context.Context, due, steady time.Duration) time.Duration {
	if due >= steady {
		return steady
	}
	timer := time.NewTimer(due - p.worker.now())
	defer timer.Stop()
	select {
	case steady = <-p.end:
		return p.wait(ctx, due, steady) // no other follows
	case <-timer.C:
	case <-ctx.Done():
	}
	select { // it may be there as well
	case steady = <-p.end:
	default:
	}
	return steady
}

func (p *publisher) overlap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Counts.Overlapping++
}

func (p *publisher) collect(part *Part) {
	part.Tally.Merge(&p.tally)
	part.PublishRefusal = p.refusal
}

// sentPublication is the latest one that was sent.
type sentPublication struct {
	answered <-chan struct{} // closed when it is; nil if there is none
	grace    time.Duration   // the moment up to which the next one waits for that
}

// over waits for the answer, and tells whether it has come.
func (s sentPublication) over(ctx context.Context, now func() time.Duration) bool {
	if s.answered == nil {
		return true
	}
	select {
	case <-s.answered:
		return true
	default:
	}
	timer := time.NewTimer(s.grace - now())
	defer timer.Stop()
	select {
	case <-s.answered:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}
