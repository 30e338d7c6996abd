package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/template"
	"sseserver/internal/load/track"
)

// maxInFlight is how many publications may wait for the hub's answer. It bounds
// what a hub that does not answer costs; one that is due then is not sent.
const maxInFlight = 256

// publisher publishes to the hub, each publication when it is due, whether or
// not those before it have been answered (an open loop). Only when it is late
// itself, and so has several to send at once, does it wait for answers for a
// moment: requests that overlap have no order that a hub could keep.
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
		contentType: contentType(c.Publish.Body),
		end:         make(chan time.Duration, 1), done: make(chan struct{}),
	}
}

// commonHeader is what the fields of all requests say to the hub, too. Values
// with placeholders are the clients' own.
func (c Config) commonHeader() http.Header {
	common := http.Header{}
	for name, values := range c.Header {
		for _, value := range values {
			if t, err := template.Parse(value); err == nil && t.Fixed() {
				common.Add(name, t.Expand(nil))
			}
		}
	}
	return common
}

// endAt says when the steady window ends: what is due before is published, and
// nothing else. It may be called once.
func (p *publisher) endAt(steady time.Duration) {
	if p != nil {
		p.end <- steady
	}
}

// answered tells whether nothing more is to be published, or to be answered.
func (p *publisher) answered() bool {
	if p == nil {
		return true
	}
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// await waits for the last answers, but not for a hub that owes them for long.
func (p *publisher) await() {
	if p == nil {
		return
	}
	select {
	case <-p.done:
	case <-time.After(hastyDrain):
	}
}

// run publishes until the end of the steady window. It returns when all is
// answered, or soon after ctx has ended.
func (p *publisher) run(ctx context.Context) {
	defer close(p.done)
	defer p.client.CloseIdleConnections()
	var sending sync.WaitGroup
	defer sending.Wait()
	free := make(chan struct{}, maxInFlight) // one for each that waits for its answer
	steady := p.worker.windows.Steady
	first, interval := p.worker.windows.Ramp, p.worker.job.Config.Publish.interval()
	var before request
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
		select {
		case free <- struct{}{}:
			answered := make(chan struct{})
			before = request{answered: answered, grace: p.worker.now() + interval/2}
			sending.Go(func() {
				defer close(answered)
				p.publish(ctx, n, due)
				<-free
			})
		default:
			p.count(due, errUnsent)
		}
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

// request is the latest publication that was sent.
type request struct {
	answered <-chan struct{} // closed when it is; nil if there is none
	grace    time.Duration   // the moment up to which the next one waits for that
}

// over waits for the answer, and tells whether it has come.
func (r request) over(ctx context.Context, now func() time.Duration) bool {
	if r.answered == nil {
		return true
	}
	select {
	case <-r.answered:
		return true
	default:
	}
	timer := time.NewTimer(r.grace - now())
	defer timer.Stop()
	select {
	case <-r.answered:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (p *publisher) overlap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Counts.Overlapping++
}

// publications is the schedule of all of them.
func (c Config) publications() *track.Publications {
	windows, interval := c.windows(), c.Publish.interval()
	return &track.Publications{Start: windows.Ramp, Count: int64((windows.Steady - windows.Ramp + interval - 1) / interval)}
}

// publish sends one publication and counts what comes of it.
func (p *publisher) publish(ctx context.Context, n int64, due time.Duration) {
	err := p.send(ctx, n)
	answered := p.worker.now()
	p.count(due, err)
	if _, refused := errors.AsType[*refused](err); err != nil && !refused {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Distributions.Record(measure.Publish, p.worker.windows.Of(due), answered-due)
}

func (p *publisher) count(due time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.tally.Counts.Published++
		return
	}
	p.tally.Counts.Unpublished++
	p.tally.Fail(due, publishErrorName(err))
	if p.refusal == "" {
		p.refusal = oneLine(err.Error())
	}
}

func (p *publisher) send(ctx context.Context, n int64) error {
	fill := func(t template.Template) string {
		return t.Expand(func(name string) string {
			if name == "n" {
				return strconv.FormatInt(n, 10)
			}
			return uuid.NewString()
		})
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fill(p.templates.url), strings.NewReader(fill(p.templates.body)))
	if err != nil {
		return err
	}
	req.Header = p.header.Clone()
	req.Header.Set("Content-Type", p.contentType)
	for name, values := range p.templates.header {
		req.Header.Del(name)
		for _, value := range values {
			req.Header.Add(name, fill(value))
		}
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if resp.StatusCode >= http.StatusMultipleChoices {
		return &refused{status: resp.StatusCode, body: string(body)}
	}
	return err
}

// maxRefusal is how much of an answer is read. A longer one costs its
// connection.
const maxRefusal = 64 << 10

// refused is a publication to which the hub did not answer with 2xx.
type refused struct {
	status int
	body   string
}

func (r *refused) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.status, http.StatusText(r.status), r.body))
}

// errUnsent is of a publication that was due when maxInFlight others waited for
// their answers, or when the run was over.
var errUnsent = errors.New("not sent: too many others wait for the hub's answer")

// publishErrorName is a name for counting errors by: there are few, whatever
// happens.
func publishErrorName(err error) string {
	if r, ok := errors.AsType[*refused](err); ok {
		return fmt.Sprintf("publish_status_%d", r.status)
	}
	operation, _ := errors.AsType[*net.OpError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errUnsent):
		return "publish_unsent"
	case errors.Is(err, context.Canceled), timeout != nil && timeout.Timeout():
		return "publish_unanswered"
	case operation != nil && operation.Op == "dial":
		return "publish_connect_failed"
	}
	return "publish_broken"
}

// oneLine is the beginning of a text that others wrote, fit for a terminal.
func oneLine(text string) string {
	const most = 200 // characters
	printable := strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	line := []rune(strings.Join(strings.Fields(printable), " "))
	if len(line) > most {
		return string(line[:most]) + " …"
	}
	return string(line)
}
