package load

import (
	"iter"
	"math"
	"math/rand/v2"
	"time"

	"sseserver/internal/load/track"
)

// visit is the time for which a client should be there, from the start of the
// run.
type visit struct {
	client      int // its number in the whole run
	from, until time.Duration
}

// stays is the end of a visit that only the client itself, or the run, ends.
const stays = time.Duration(math.MaxInt64)

// visits are those of a process's clients, in the order in which they begin.
func (c Config) visits(process int) iter.Seq[visit] {
	if len(c.Stages) > 0 {
		return c.Stages.visits(process, c.Processes)
	}
	return func(yield func(visit) bool) {
		for i := process; i < c.Clients; i += c.Processes {
			if !yield(visit{client: i, from: c.planned(i), until: stays}) {
				return
			}
		}
	}
}

// planned is when a client should open, without stages.
func (c Config) planned(client int) time.Duration {
	rate := c.Ramp
	if c.Arrivals > 0 {
		rate = c.Arrivals
	}
	return time.Duration(float64(client) / rate * float64(time.Second))
}

// Crowd is how many clients there are in all: with stages the most at a time,
// with arrivals as many as arrive. It knows the defaults.
func (c Config) Crowd() int {
	setDefault(&c.Clients, max(DefaultClients, c.Live.Messages))
	setDefault(&c.Duration, DefaultDuration)
	switch {
	case len(c.Stages) > 0:
		return c.Stages.most()
	case c.Arrivals > 0:
		// A product that is a whole number but for its rounding is that number.
		return int(math.Ceil(c.Arrivals*c.Duration.Seconds() - 1e-6))
	}
	return c.Clients
}

// comeAndGo tells whether clients leave while the run goes on, as planned.
func (c Config) comeAndGo() bool { return len(c.Stages) > 0 || c.Arrivals > 0 }

func (c Config) windows() track.Windows {
	if c.comeAndGo() {
		return track.Windows{Steady: c.Duration, End: c.Duration + c.Drain}
	}
	opens := c.planned(c.Clients)
	ramp := opens + min(opens/10, maxSettle)
	return track.Windows{Ramp: ramp, Steady: ramp + c.Duration, End: ramp + c.Duration + c.Drain}
}

// maxSettle is the longest that the ramp lasts after the last open, so that
// what opening so many streams leaves behind is not in the steady window.
// Usually it is a tenth of the ramp.
const maxSettle = time.Second

// role is what is special about a client.
type role uint8

const (
	reader  role = iota // reads all, as fast as it comes
	dropper             // drops its connection once, and resumes
	slow                // reads slowly
	stalled             // stops reading after the first event
)

// roles deals them out at random, the same way in every process. It is nil if
// all are readers.
func (c Config) roles() []role {
	if c.Reconnect+c.SlowReaders+c.Stall == 0 {
		return nil
	}
	roles := make([]role, 0, c.Clients)
	for _, some := range []struct {
		role
		n int
	}{{dropper, c.Reconnect}, {slow, c.SlowReaders}, {stalled, c.Stall}} {
		for range some.n {
			roles = append(roles, some.role)
		}
	}
	roles = roles[:c.Clients] // the rest are readers, which is the zero value
	random := c.random(0)
	random.Shuffle(len(roles), func(i, j int) { roles[i], roles[j] = roles[j], roles[i] })
	return roles
}

// dropAt is when a dropper drops its connection: at a random point of the first
// four fifths of its visit or, if it stays, of the time to the end of the
// steady window, so that it can resume before the end.
func (c Config) dropAt(v visit) time.Duration {
	span := (min(v.until, c.windows().Steady) - v.from) / 5 * 4
	return v.from + time.Duration(c.random(uint64(v.client)+1).Float64()*float64(span))
}

func (c Config) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(c.Seed, stream)) }
