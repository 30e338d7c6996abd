package soak

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// act is something that clients or operators do again and again.
type act struct {
	name    string
	workers int
	pause   time.Duration // on average, between the end of one and the next
	do      func(context.Context, *hand) error
}

// acts is the load on each server. An error of an act is a problem; what clients
// must put up with under such a load is none.
//
// Under the race detector a server does about a tenth of what it otherwise does:
// both together take about half of two cores with this, and the clients the rest.
var acts = []act{
	{"submit", 2, 150 * time.Millisecond, submit},
	{"submit badly", 1, 200 * time.Millisecond, submitBadly},
	{"stream", 16, 50 * time.Millisecond, stream},
	{"reset", 4, 50 * time.Millisecond, reset},
	{"stop reading", 2, 100 * time.Millisecond, stopReading},
	{"delete", 1, 700 * time.Millisecond, remove},
	{"look around", 1, 100 * time.Millisecond, lookAround},
	{"rotate the log", 1, 3 * time.Second, rotate},
	{"flip the level", 1, 5 * time.Second, flipLevel},
	{"scrape", 1, time.Second, scrape},
}

// load does all acts until ctx is done, and tells what went wrong, each kind
// of act once.
func load(ctx context.Context, s *subject, c clients, seed uint64) (problems []Problem) {
	world := &world{}
	var mu sync.Mutex
	failed := make(map[string]bool)
	var all sync.WaitGroup
	for i, a := range acts {
		for worker := range a.workers {
			h := &hand{subject: s, clients: c, world: world, rng: rand.New(rand.NewPCG(seed, uint64(i*100+worker)))}
			all.Go(func() {
				h.repeat(ctx, a, func(err error) {
					mu.Lock()
					defer mu.Unlock()
					if !failed[a.name] {
						problems = append(problems, Problem{Why: s.name + ": " + a.name + ": " + err.Error()})
					}
					failed[a.name] = true
				})
			})
		}
	}
	all.Wait()
	c.leave()
	return problems
}

// hand is one worker's: not to be shared.
type hand struct {
	*subject
	clients clients
	world   *world
	rng     *rand.Rand
	flips   int // of the log level
}

func (h *hand) repeat(ctx context.Context, a act, failed func(error)) {
	for {
		select {
		case <-time.After(a.pause/2 + time.Duration(h.rng.Int64N(int64(a.pause)))):
		case <-ctx.Done():
			return
		}
		if err := a.do(ctx, h); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// world is what the workers of one server share: ids of messages, most of which
// are still stored.
type world struct {
	mu  sync.Mutex
	ids []string // oldest first
}

func (w *world) add(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids = append(w.ids, id)
	if extra := len(w.ids) - maxMessages; extra > 0 {
		w.ids = slices.Delete(w.ids, 0, extra)
	}
}

// nobody is an id that no message has.
const nobody = "00000000-0000-4000-8000-000000000000"

// some is an id, rarely one of no message.
func (h *hand) some() string {
	h.world.mu.Lock()
	defer h.world.mu.Unlock()
	if len(h.world.ids) == 0 || h.rng.IntN(20) == 0 {
		return nobody
	}
	return h.world.ids[h.rng.IntN(len(h.world.ids))]
}
