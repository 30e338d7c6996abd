package load

import "math"

// Holding is what a run at some load came to.
type Holding int

const (
	Holds  Holding = iota // the server met every condition
	Fails                 // it did not
	Unfit                 // the generator was the limit, so nobody knows
	Beyond                // the same, and trying again would not help
)

// LimitSearch looks for the highest load that a server holds: it doubles the
// load until a run fails, then halves the distance between the highest load
// that held and the lowest that failed. What does not hold is tried once more
// before it counts, since machines have bad moments. It makes no run itself:
// ask Next for the load of each, and Tell what came of it. It serves one
// goroutine.
type LimitSearch struct {
	first int
	held  int // highest load that held, 0 if none did
	fails int // lowest load that failed, 0 if none did
	unfit int // load at which the generator was the limit, 0 if it never was
	again int // load to try once more, 0 if there is none
}

// NewLimitSearch begins with a load of so many clients, or arrivals per second.
func NewLimitSearch(first int) *LimitSearch { return &LimitSearch{first: first} }

// A search ends when its result is exact to a twentieth, but no finer than
// coarse, or a tenth of where it began, if that is less.
const (
	fine   = 20
	coarse = 10
)

// Next is the load of the next run, or 0 when there is nothing left to find.
func (s *LimitSearch) Next() int {
	switch {
	case s.again > 0:
		return s.again
	case s.unfit > 0, s.fails > 0 && s.held == 0:
		return 0
	case s.held == 0:
		return s.first
	case s.fails == 0:
		return 2 * s.held
	case s.fails-s.held <= max(s.held/fine, min(coarse, s.first/10), 1):
		return 0
	}
	return s.held + (s.fails-s.held)/2
}

// Tell says what came of the run with the load of Next.
func (s *LimitSearch) Tell(h Holding) {
	load := s.Next()
	repeated := s.again > 0
	s.again = 0
	switch {
	case h == Holds:
		s.held = load
	case !repeated && h != Beyond:
		s.again = load
	case h == Fails:
		s.fails = load
	default:
		s.unfit = load
	}
}

// Found is the highest load that held and the lowest that failed, each 0 if
// there is none. generator is the load at which the generator was the limit, 0
// if it never was.
func (s *LimitSearch) Found() (held, fails, generator int) { return s.held, s.fails, s.unfit }

// AtLoad is the configuration with another number of clients or, if it has
// arrivals, of arrivals per second. As many of them as before, in proportion,
// are unruly. A ramp that was not asked for lasts ten seconds at most.
func (c Config) AtLoad(load int) Config {
	before := c.Crowd()
	if c.Arrivals > 0 {
		c.Arrivals = float64(load)
	} else {
		c.Clients = load
		if c.Ramp == 0 {
			c.Ramp = max(float64(min(load, 1000)), float64(load)/10)
		}
	}
	grown := float64(c.Crowd()) / float64(max(before, 1))
	for _, part := range []*int{&c.Reconnect, &c.SlowReaders, &c.Stall} {
		*part = int(math.Round(float64(*part) * grown))
	}
	return c
}

// FirstLoad is the load, as AtLoad takes it, that the configuration has.
func (c Config) FirstLoad() int {
	if c.Arrivals > 0 {
		return int(math.Ceil(c.Arrivals))
	}
	return c.Crowd()
}
