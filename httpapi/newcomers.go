package httpapi

import (
	"time"

	"golang.org/x/time/rate"
)

// newcomers has connections wait for their turn with the system, which queues those
// that are not accepted yet. A thousand that come in the same moment would otherwise be
// a thousand goroutines that can run, behind all of which the streams that are due have
// to wait; and each would be closed for another before it has been served.
type newcomers struct {
	pace     *rate.Limiter
	patience time.Duration // how long a connection must have been quiet to be closed for another
	left     chan struct{} // has room for one: a connection needs its place no longer
}

const (
	// newcomersAtOnce are accepted without a pause, and those behind them one in each
	// newcomerPause: eight hundred in a second.
	newcomersAtOnce = 8
	newcomerPause   = 1250 * time.Microsecond
	// newcomerPatience is enough to be served on a core that has much else to do.
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

// makeRoomFor closes others until the limit holds, or those that are left have to be
// waited for; then it returns how long.
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

// leastBusy returns the connection, other than the newcomer, that has waited for a
// request for longest; if none does, the one whose request came first. It is called with
// mu held.
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
