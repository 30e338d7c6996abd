package httpapi

import (
	"time"

	"golang.org/x/time/rate"
)

// newcomers decides when a listener accepts its next connection. Until then connections
// wait in the system's accept queue. Without it, a thousand that come at once would be a
// thousand runnable goroutines, which streams that are due would have to wait for, and
// most of them would be closed for the next ones before they were served.
type newcomers struct {
	pace     *rate.Limiter
	patience time.Duration // how long a connection must have been quiet to be closed for another
	left     chan struct{} // has room for one: a connection needs its place no longer
}

const (
	// newcomersAtOnce are accepted without a pause, and the next ones at intervals of
	// newcomerPause: 800 in a second.
	newcomersAtOnce = 8
	newcomerPause   = 1250 * time.Microsecond
	// newcomerPatience is long enough to be served on a busy core.
	newcomerPatience = 250 * time.Millisecond
)

func newNewcomers() *newcomers {
	return &newcomers{
		pace:     rate.NewLimiter(rate.Every(newcomerPause), newcomersAtOnce),
		patience: newcomerPatience,
		left:     make(chan struct{}, 1),
	}
}

// wait returns when a newcomer to c may be served, and the next one accepted.
func (n *newcomers) wait(c *conns, newcomer *visitor) {
	time.Sleep(n.pace.Reserve().Delay())
	for rest := c.makeRoomFor(newcomer); rest > 0; rest = c.makeRoomFor(newcomer) {
		select {
		case <-n.left:
		case <-time.After(rest):
		}
	}
}

// makeRoomFor closes other connections until the limit holds. If the next one to close was
// active a moment ago, it returns how long that may still stay.
func (c *conns) makeRoomFor(newcomer *visitor) (rest time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.isFull() {
		v := c.leastBusy(newcomer)
		if v == nil {
			return 0
		}
		if rest = c.newcomers.patience - time.Since(v.since); rest > 0 {
			return rest
		}
		c.close(v)
	}
	return 0
}

// leastBusy returns the connection without a running request that was quiet for longest,
// or, if all have one, the one whose request is the oldest. It never returns the newcomer,
// and is called with mu held.
func (c *conns) leastBusy(newcomer *visitor) (busy *visitor) {
	for place := c.quiet.Front(); place != nil; place = place.Next() {
		v := place.Value.(*visitor)
		switch {
		case v == newcomer:
		case v.requests == 0:
			return v
		case busy == nil:
			busy = v
		}
	}
	return busy
}
