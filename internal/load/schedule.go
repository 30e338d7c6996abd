package load

import (
	"math/rand/v2"
	"time"

	"sseserver/internal/load/track"
)

// planned is when a client should open, from the start of the run.
func (c Config) planned(client int) time.Duration {
	return time.Duration(float64(client) / c.Ramp * float64(time.Second))
}

func (c Config) windows() track.Windows {
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
// four fifths of the time from its planned open to the end of the steady
// window, so that it can resume before the end.
func (c Config) dropAt(client int) time.Duration {
	open := c.planned(client)
	span := (c.windows().Steady - open) / 5 * 4
	return open + time.Duration(c.random(uint64(client)+1).Float64()*float64(span))
}

func (c Config) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(c.Seed, stream)) }
