package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Result is what a run found.
type Result struct {
	Config  Config // with the defaults filled in
	Started time.Time
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
	workers, err := c.workers(jobs)
	if err != nil {
		return nil, err
	}
	return c.execute(ctx, workers, watch)
}

func (w Watch) phase(what string) {
	if w.Phase != nil {
		w.Phase(what)
	}
}

// prepare submits the messages, tries one stream, and deals the work to the
// processes.
func (c Config) prepare(ctx context.Context, phase func(string)) ([]Job, error) {
	jobs := make([]Job, c.Processes)
	for i := range jobs {
		jobs[i] = Job{Config: c, Process: i}
	}
	if c.foreign() {
		phase("opening one stream")
		return jobs, c.preflight(ctx, "")
	}
	s, err := newSubmitter(c)
	if err != nil {
		return nil, err
	}
	defer s.close()
	phase("submitting a message and opening one stream")
	first, err := s.one(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.preflight(ctx, first); err != nil {
		return nil, err
	}
	if c.Shared {
		for i := range jobs {
			jobs[i].MessageIDs = []string{first}
		}
		return jobs, nil
	}
	phase(fmt.Sprintf("submitting %d messages", c.Clients))
	ids, err := s.all(ctx, c.Clients-1)
	if err != nil {
		return nil, err
	}
	for i, id := range append(ids, first) {
		job := &jobs[i%c.Processes]
		job.MessageIDs = append(job.MessageIDs, id)
	}
	return jobs, nil
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
	var mu sync.Mutex // for the watcher, who wants one tick at a time
	tick := func(t Tick) {
		mu.Lock()
		defer mu.Unlock()
		if watch.Tick != nil {
			watch.Tick(t)
		}
	}
	result := &Result{Config: c, Started: time.Now()}
	parts := make([]*Part, len(workers))
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
