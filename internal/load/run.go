package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

// Result is what a run found.
type Result struct {
	Config  Config // with the defaults filled in
	Started time.Time
	Clock   *Clock // nil without Config.Timestamp
	Part
}

// Watch is told what happens, by one goroutine at a time. It must not block.
type Watch struct {
	Phase func(what string) // a step before the start; nil ignores it
	Tick  func(Tick)        // a second of one worker; nil ignores it
}

// Run loads what the configuration says. When ctx ends it stops opening, waits
// briefly for what is due, and returns the partial result with Interrupted set.
// An error that wraps ErrConfig is the caller's fault, any other means that the
// run could not be made or not be finished.
func Run(ctx context.Context, c Config, watch Watch) (*Result, error) {
	if err := c.checkShape(); err != nil {
		return nil, err
	}
	c = c.withDefaults().withSources(localPorts())
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.checkLimits(); err != nil {
		return nil, err
	}
	jobs, err := c.prepare(ctx, watch.phase)
	if err != nil {
		return nil, err
	}
	if jobs[0].Faulty {
		c = c.withFaults()
	}
	clock := c.setClocks(ctx, jobs, watch.phase)
	workers, err := c.workers(jobs)
	if err != nil {
		return nil, err
	}
	result, err := c.execute(ctx, workers, watch)
	if err != nil {
		return nil, err
	}
	result.Clock = clock
	return result, c.checkLatency(result)
}

func (w Watch) phase(what string) {
	if w.Phase != nil {
		w.Phase(what)
	}
}

// oneByOne is Tick for workers that tick at once.
func (w Watch) oneByOne() func(Tick) {
	if w.Tick == nil {
		return func(Tick) {}
	}
	var mu sync.Mutex
	return func(t Tick) {
		mu.Lock()
		defer mu.Unlock()
		w.Tick(t)
	}
}

// prepare submits the messages, tries one stream of each target, and deals the
// work to the processes.
func (c Config) prepare(ctx context.Context, phase func(string)) ([]Job, error) {
	jobs := c.jobs()
	asking, err := c.newRequests(jobs[0].Nonce)
	if err != nil {
		return nil, err
	}
	if c.foreign() {
		phase("opening one stream")
		for target := range c.URLs {
			if _, err := c.preflight(ctx, asking.of(asker{row: c.row(0)}, target)); err != nil {
				return nil, err
			}
		}
		return jobs, nil
	}
	ids, faulty, err := c.submit(ctx, asking, phase)
	if err != nil {
		return nil, err
	}
	for i := range jobs {
		jobs[i].take(ids)
		jobs[i].Faulty = faulty
	}
	return jobs, nil
}

func (c Config) jobs() []Job {
	jobs, nonce := make([]Job, c.Processes), rand.Uint64()
	for i := range jobs {
		jobs[i] = Job{Config: c, Process: i, Nonce: nonce}
		if len(c.Columns) == 0 {
			continue
		}
		for k := range jobs[i].clients() {
			jobs[i].Rows = append(jobs[i].Rows, c.row(jobs[i].client(k)))
		}
	}
	return jobs
}

// submit submits a message for each client to its first server, or the live
// messages to the servers in turn, after one stream of each server was opened. It
// tells whether something goes wrong in the streams on purpose.
func (c Config) submit(ctx context.Context, asking *requests, phase func(string)) (ids []string, faulty bool, err error) {
	s, err := newSubmitter(c, asking)
	if err != nil {
		return nil, false, err
	}
	defer s.close()
	phase("submitting a message and opening one stream")
	wanted := c.messages()
	faulty = c.Fault != ""
	for server := range c.Servers {
		client := server
		if client >= c.Clients {
			client = 0 // that one has values for placeholders
		}
		who := asker{client: client, stream: client, row: c.row(client)}
		if server < wanted {
			id, err := s.one(ctx, client, server)
			if err != nil {
				return nil, false, err
			}
			ids = append(ids, id)
		}
		who.messageID = ids[len(ids)-1]
		told, err := c.preflight(ctx, asking.of(who, server))
		if err != nil {
			return nil, false, err
		}
		plan, _ := toldPlan(told)
		faulty = faulty || !plan.Empty()
	}
	if faulty && c.Live.Pipe {
		return nil, false, errPipedFaults
	}
	if wanted <= len(ids) {
		return ids, faulty, nil
	}
	phase(fmt.Sprintf("submitting %d messages", wanted))
	more, err := s.all(ctx, len(ids), wanted-len(ids))
	return append(ids, more...), faulty, err
}

// messages is how many there are. One that is shared is on each server, and each
// server has one at least, unless they are live.
func (c Config) messages() int {
	switch {
	case c.Live.On:
		return c.Live.Messages
	case c.Shared:
		return len(c.Servers)
	}
	return max(c.Clients, len(c.Servers))
}

// workers are in this process if one is enough.
func (c Config) workers(jobs []Job) (workers []executor, err error) {
	if len(jobs) == 1 {
		return []executor{newWorker(jobs[0])}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("load: find this program: %w", err)
	}
	for _, job := range jobs {
		workers = append(workers, &process{command: []string{self, WorkerArg}, job: job})
	}
	return workers, nil
}

// WorkerArg is the one argument of a worker process. The program that calls Run
// must answer it with Serve.
const WorkerArg = "worker"

// execute starts all workers at the same moment and adds up what they found.
func (c Config) execute(ctx context.Context, workers []executor, watch Watch) (*Result, error) {
	each := func(do func(i int, w executor) error) error {
		errs := make([]error, len(workers))
		var all sync.WaitGroup
		for i, w := range workers {
			all.Go(func() { errs[i] = do(i, w) })
		}
		all.Wait()
		return errors.Join(errs...)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := each(func(_ int, w executor) error { return w.ready(ctx) }); err != nil {
		_ = each(func(_ int, w executor) error { return w.discard() })
		return nil, err
	}
	result := &Result{Config: c, Started: time.Now()}
	parts, tick := make([]*Part, len(workers)), watch.oneByOne()
	err := each(func(i int, w executor) (err error) {
		parts[i], err = w.run(ctx, result.Started, tick)
		if err != nil {
			stop() // without one of them the run means nothing
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		result.Merge(p)
	}
	return result, nil
}
