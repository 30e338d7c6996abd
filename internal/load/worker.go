package load

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"sseserver/internal/fault"
	"sseserver/internal/load/track"
)

// worker does a job in this process.
type worker struct {
	// Immutable after run has begun.
	job        Job
	roles      []role
	requests   *requests
	windows    track.Windows // as planned
	transports []transports  // by source address
	start      time.Time
	closing    <-chan struct{}      // closed, by run's context, when nothing opens any more
	late       func() time.Duration // a delay of this side, for tests; nil otherwise
	groups     []*group
	allOpened  atomic.Bool // no client of the plan is still to be opened
	hasRefusal atomic.Bool // so the bodies of others are not read
	meter      meter
	live       []*track.Live // its live messages
	plan       fault.Plan    // of Config.Fault
	feed       feed          // nil if another worker publishes, or none sends anything
}

const maxGroups = 8

func newWorker(job Job) *worker {
	w := &worker{job: job, roles: job.Config.roles(), windows: job.Config.windows()}
	var err error
	if w.requests, err = w.job.Config.newRequests(job.Nonce); err != nil {
		panic(err) // cannot be: the configuration was checked
	}
	if w.plan, err = fault.Parse(job.Config.Fault); err != nil {
		panic(err) // as before
	}
	plan := job.Config.plan(nil)
	switch {
	case job.Config.Live.On:
		w.live = job.newLive()
	case job.Config.Kind == track.Characters:
		plan.Script = track.NewScript(job.Config.Text())
	}
	// As many groups as threads, so that two threads seldom want the same one;
	// but each group has its own histograms, which are large.
	for range min(runtime.GOMAXPROCS(0), maxGroups) {
		g := newGroup(plan, w.windows)
		if len(job.Config.Stages) > 0 {
			g.rounds = map[int]int{}
		}
		w.groups = append(w.groups, g)
	}
	sources := job.Config.SourceAddresses
	if len(sources) == 0 {
		sources = []netip.Addr{noAddress}
	}
	for _, source := range sources {
		w.transports = append(w.transports, job.Config.transports(source))
	}
	if p := newPublisher(w); p != nil {
		w.feed = p
	}
	if p := newProducers(w); p != nil {
		w.feed = p
	}
	return w
}

// liveOf is the live message that the i-th client reads, nil if none is live.
func (w *worker) liveOf(i int) *track.Live {
	if len(w.live) == 0 {
		return nil
	}
	return w.live[i%len(w.live)]
}

func (w *worker) ready(context.Context) error { return nil }
func (w *worker) discard() error              { return nil }

// moment translates a clock time.
func (w *worker) moment(t time.Time) time.Duration { return t.Sub(w.start) }

func (w *worker) now() time.Duration { return time.Since(w.start) }

func (w *worker) run(interrupt context.Context, start time.Time, tick func(Tick)) (*Part, error) {
	w.start = start
	w.groups[0].ledger.Plan.Clock = w.job.Clock.from(start) // of all groups
	w.meter = newMeter(w)
	ctx, cut := context.WithCancel(context.WithoutCancel(interrupt)) // an interrupted run still drains
	defer cut()

	var measuring sync.WaitGroup
	probed := make(chan error, 1) // its one result, which nobody may be waiting for
	measuring.Go(func() { probed <- w.meter.probe(ctx) })
	measuring.Go(func() { w.meter.sample(ctx, tick) })
	if w.feed != nil {
		measuring.Go(func() { w.feed.run(ctx) })
	}

	opening, stopOpening := context.WithCancelCause(ctx)
	defer stopOpening(nil)
	w.closing = opening.Done()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.open(opening, ctx)
	}()

	part := &Part{Windows: w.windows}
	select {
	case <-ended: // every client has ended, so there is nothing more to measure
		part.Windows = w.endEarly(min(w.job.Config.Drain, hastyDrain)) // for the last answers
	case <-interrupt.Done():
		part.Interrupted = true
		stopOpening(errInterrupted)
		part.Windows = w.endEarly(min(w.job.Config.Drain, hastyDrain))
	case <-time.After(w.windows.Steady - w.now()):
	}
	stopOpening(nil)
	if w.feed != nil {
		w.feed.endAt(part.Windows.Steady)
	}
	w.drain(interrupt, ended, part)
	cut()
	<-ended
	measuring.Wait()
	for _, t := range w.transports {
		t.usual.CloseIdleConnections()
		t.slow.CloseIdleConnections()
	}
	if err := <-probed; err != nil {
		return nil, err
	}
	w.collect(part)
	return part, nil
}

// errInterrupted is why nothing opens any more, before the end of the plan.
var errInterrupted = errors.New("load: interrupted")

// hastyDrain is the longest wait for what is due when the run is interrupted, or
// when all clients have ended.
const hastyDrain = 2 * time.Second

// open starts the clients, each when the plan wants it, and returns when all
// have ended.
func (w *worker) open(opening, ctx context.Context) {
	var clients sync.WaitGroup
	defer clients.Wait()
	defer w.allOpened.Store(true) // or given up
	timer := time.NewTimer(0)
	defer timer.Stop()
	until := func(moment time.Duration) bool {
		if wait := moment - w.now(); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-opening.Done():
			}
		}
		// What the plan wanted before the end is opened even if this side is
		// late, so that as many clients arrive as should.
		late := w.now() >= moment && context.Cause(opening) != errInterrupted
		return ctx.Err() == nil && (late || opening.Err() == nil)
	}
	var latest time.Duration
	for v := range w.job.Config.visits(w.job.Process) {
		if !until(v.from) {
			return
		}
		c := w.newClient(v)
		c.group.add(c, v.from)
		clients.Go(func() { c.run(ctx, v) })
		latest = v.from
	}
	w.allOpened.Store(true)
	// A client that is open needs a fraction of what opening it took. Nothing
	// is allocated in the steady window, so nothing else would ever give the
	// rest back.
	if until(latest + min(latest/10, maxSettle)/2) {
		debug.FreeOSMemory()
	}
}

func (w *worker) newClient(v visit) *client {
	i := v.client / w.job.Config.Processes // as clients are dealt
	c := &client{
		worker: w, group: w.groups[i%len(w.groups)], index: i,
	}
	if w.roles != nil {
		c.role = w.roles[v.client]
	}
	c.transport = w.transports[v.client%len(w.transports)].of(c.role)
	if c.role == dropper {
		c.dropAt = w.job.Config.dropAt(v)
	}
	return c
}

// endEarly makes this moment the end of the steady window.
func (w *worker) endEarly(drain time.Duration) track.Windows {
	now := max(w.now(), 0)
	windows := track.Windows{Ramp: min(w.windows.Ramp, now), Steady: min(w.windows.Steady, now)}
	windows.End = windows.Steady + drain
	for _, g := range w.groups {
		g.setWindows(windows)
	}
	return windows
}

// settleInterval is how often the end of the drain is looked for.
const settleInterval = 20 * time.Millisecond

// drain waits until no stream has anything more to expect, but not beyond the
// end of the run.
func (w *worker) drain(interrupt context.Context, ended <-chan struct{}, part *Part) {
	ticker := time.NewTicker(settleInterval)
	defer ticker.Stop()
	interrupted := interrupt.Done()
	for {
		select {
		case <-ended:
			if w.feed != nil {
				w.feed.await(min(part.Windows.End-w.now(), hastyDrain))
			}
			return
		case <-interrupted:
			interrupted = nil // once is enough
			part.Interrupted = true
			part.Windows.End = min(part.Windows.End, w.now()+hastyDrain)
		case <-ticker.C:
		}
		if w.now() >= part.Windows.End || w.satisfied() {
			return
		}
	}
}

// satisfied tells whether nobody has anything to wait for. A client that is
// still to be opened, because this side is late, has its first event.
func (w *worker) satisfied() bool {
	if !w.allOpened.Load() || w.feed != nil && !w.feed.answered() {
		return false
	}
	for _, g := range w.groups {
		if !g.satisfied() {
			return false
		}
	}
	return true
}

// collect adds up what the groups found. Nothing of the worker runs any more.
func (w *worker) collect(part *Part) {
	part.Health = w.meter.health
	for _, g := range w.groups {
		part.Tally.Merge(&g.ledger.Tally)
		part.Health.Starved += g.starved
	}
	part.Tally.Merge(&w.meter.tally)
	if w.feed != nil {
		w.feed.collect(part)
	}
	part.Windows.End = max(min(part.Windows.End, w.now()), part.Windows.Steady)
}
