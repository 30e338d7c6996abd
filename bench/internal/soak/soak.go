package soak

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Config is what a soak needs. Its fields must be set, but for Seed.
type Config struct {
	Program  string // the server, built with -race
	Dir      string // for the logs
	Duration time.Duration
	Seed     uint64 // of what the clients do at random
	Log      *log.Logger
}

// Run soaks the server and returns what does not add up. An error means that it
// could not be soaked.
func Run(ctx context.Context, c Config) ([]Problem, error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var problems []Problem
	var failed error
	for name, tls := range map[string]bool{"plain": false, "tls": true} {
		all.Go(func() {
			found, err := c.soak(ctx, name, tls)
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, found...)
			if err != nil {
				failed = err
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return problems, failed
}

// happened is what a soak is worth nothing without, by event and reason.
var happened = []string{
	"stream.closed completed", "stream.closed client_gone", "stream.closed slow_client", "stream.closed message_deleted",
	"stream.closed server_shutdown", "message.evicted ttl", "message.evicted capacity", "message.deleted", "message.rejected invalid_json",
	"stream.rejected message_not_found", "stream.chunk", "log.reopened", "log.level_changed",
}

// soak is the whole life of one server.
func (c Config) soak(ctx context.Context, name string, tls bool) ([]Problem, error) {
	s, err := start(ctx, c.Program, c.Dir, name, tls)
	if err != nil {
		return nil, err
	}
	defer s.Stop()
	h := &hand{subject: s, clients: newClients(s), world: &world{}, rng: rand.New(rand.NewPCG(c.Seed, 0))}
	defer h.clients.leave()
	idle, err := h.idle(ctx)
	if err != nil {
		return nil, err
	}
	c.Log.Printf("%s: idle with %d goroutines and %d descriptors; load for %v", name, idle.goroutines, idle.descriptors, c.Duration)
	timed, cancel := context.WithTimeout(ctx, c.Duration)
	defer cancel()
	problems := load(timed, s, h.clients, c.Seed)
	end, found := c.settle(ctx, h, idle)
	problems = append(problems, found...)
	c.Log.Printf("%s: ended; reading %d log files", name, len(s.logs()))
	ledger, err := s.audit()
	if err != nil {
		return problems, err
	}
	c.Log.Printf("%s: %s", name, ledger.Tally())
	for _, event := range ledger.Missing(happened) {
		problems = append(problems, Problem{Why: name + ": never happened: " + event})
	}
	return append(problems, ledger.Balance(end)...), ctx.Err()
}

// idle is the state before the load, when every part of the server has worked
// once.
func (h *hand) idle(ctx context.Context) (state, error) {
	for _, client := range h.clients {
		one := &hand{subject: h.subject, clients: clients{client}, rng: h.rng}
		status, answer, err := one.ask(ctx, http.MethodGet, "/readyz", "", "")
		if err == nil {
			err = want("/readyz", status, answer, http.StatusOK)
		}
		if err != nil {
			return state{}, err
		}
	}
	h.clients.leave()
	return h.least(ctx)
}

// looks is how often idle looks: what is still ending is gone by then.
const looks = 10

// least is the least of the goroutines and descriptors that the server has had
// for a while.
func (s *subject) least(ctx context.Context) (least state, err error) {
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for n := range looks {
		now, err := s.look(ctx)
		if err != nil {
			return least, err
		}
		if n == 0 {
			least = now
		}
		least.goroutines = min(least.goroutines, now.goroutines)
		least.descriptors = min(least.descriptors, now.descriptors)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return least, ctx.Err()
		}
	}
	return least, nil
}

// settle is what follows the load: rest, quiet streams, and a drain with these
// and others open.
func (c Config) settle(ctx context.Context, h *hand, idle state) (end End, problems []Problem) {
	complain := func(when string, err error) {
		if err != nil && ctx.Err() == nil {
			problems = append(problems, Problem{Why: fmt.Sprintf("%s: %s: %v", h.name, when, err)})
		}
	}
	err := h.setLevel(ctx, "info")
	complain("level", err)
	complain("at rest", h.atRest(ctx, idle))
	quiet, err := openQuiet(ctx, h)
	if err != nil {
		complain("quiet streams", err)
		return end, problems
	}
	complain("quiet streams", quiet.check(ctx, h, idle))
	if problems != nil {
		c.dump(ctx, h.subject)
	}
	finishing, err := h.open(ctx, quiet.message, "100ms", 5)
	complain("streams to drain", err)
	now, err := h.look(ctx)
	complain("metrics", err)
	end = End{Stored: []string{quiet.message}, Opened: now.opened, Submitted: now.submitted}
	complain("SIGTERM", syscall.Kill(h.PID(), syscall.SIGTERM))
	complain("drain", wantDrained(finishing, quiet.open))
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	complain("end", h.Wait(timed)) // exit code 66 is a data race
	races, err := filepath.Glob(filepath.Join(h.dir, "race.*"))
	complain("races", err)
	for _, file := range races {
		text, err := os.ReadFile(file)
		complain("races", err)
		problems = append(problems, Problem{Where: file, Why: "data race", Line: string(text)})
	}
	return end, problems
}

// dump saves the goroutines of a server that does not come to rest.
func (c Config) dump(ctx context.Context, s *subject) {
	text, err := s.page(ctx, "/debug/pprof/goroutine?debug=1")
	if err != nil {
		return
	}
	file := filepath.Join(s.dir, "goroutines.txt")
	if os.WriteFile(file, []byte(text), 0o600) != nil {
		return
	}
	c.Log.Printf("%s: its goroutines are in %s", s.name, file)
}

// audit reads all log files.
func (s *subject) audit() (*Ledger, error) {
	l := NewLedger()
	for _, name := range s.logs() {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("soak: %w", err)
		}
		err = l.Read(filepath.Join(s.name, filepath.Base(name)), file)
		file.Close()
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}
