package actors

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
	"time"
)

// Tick is the grid on which a Clock wakes: what is due between two ticks is
// woken at the later one.
const Tick = time.Millisecond

// Clock wakes streamers when they are due. One goroutine and one timer serve
// them all: streams that are due in the same millisecond wake together, and a
// waiting stream needs neither a timer nor the channel of one.
//
// It is a timing wheel (Varghese and Lauck, "Hashed and hierarchical timing
// wheels", scheme 6). Run is called once; streamers use the rest at any time.
type Clock struct {
	start time.Time     // tick 0; immutable
	kick  chan struct{} // tells Run that it sleeps too long; room for one, as one is enough

	mu     sync.Mutex             // never held while waiting
	woken  int64                  // the last tick whose sleepers were woken
	alarm  int64                  // the tick until which Run sleeps
	wheel  [wheelSize]*sleeper    // by tick modulo wheelSize, each a list
	filled [wheelSize / 64]uint64 // a bit for each list that is not empty
}

// wheelSize is the number of ticks in one turn of the wheel. Who sleeps for
// longer is looked at once in each turn.
const wheelSize = 4096

// never is the tick of an alarm that is off.
const never = int64(1) << 62

// sleeper is a streamer's place in the lists of its clock.
type sleeper struct {
	mailbox    chan signal // gets due
	grid       int64       // is woken at multiples of so many ticks; at least 1
	tick       int64
	next, prev *sleeper // prev is nil at the front, both are outside of a list
}

// NewClock returns a clock that has not been started.
func NewClock() *Clock {
	return &Clock{start: time.Now(), kick: make(chan struct{}, 1), alarm: never}
}

// now is the time on the clock's scale.
func (c *Clock) now() time.Duration { return time.Since(c.start) }

// wakeBatch is how many sleepers are woken at once. Who was woken runs before
// the next batch is: else, past saturation, the run queue of the scheduler would
// overflow, which lets some wait for many rounds of all the others.
const wakeBatch = 64

// Run wakes sleepers until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	timer := time.NewTimer(time.Hour) // reset before each use
	defer timer.Stop()
	for ctx.Err() == nil {
		if alarm, all := c.advance(int64(c.now() / Tick)); all {
			c.sleep(ctx, timer, alarm)
		}
		runtime.Gosched() // lets those go first who were woken before
	}
}

// sleep waits until the tick alarm, or until somebody's is before that.
func (c *Clock) sleep(ctx context.Context, timer *time.Timer, alarm int64) {
	if alarm == never {
		timer.Stop()
	} else {
		timer.Reset(time.Until(c.start.Add(time.Duration(alarm) * Tick)))
	}
	select {
	case <-timer.C:
	case <-c.kick:
	case <-ctx.Done():
	}
}

// wakeAt lets s be sent due at the first tick that is not before at, counted
// from the clock's start, and is a multiple of the sleeper's grid. It says false
// if that tick is over, and then nothing is sent.
func (c *Clock) wakeAt(at time.Duration, s *sleeper) bool {
	step := Tick * time.Duration(s.grid)
	s.tick = int64((at+step-1)/step) * s.grid
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.tick <= c.woken {
		return false
	}
	c.insert(s)
	if s.tick < c.alarm {
		c.alarm = s.tick
		notify(c.kick, struct{}{})
	}
	return true
}

// forget takes s out of the wheel, if it is in it. Nothing is sent after that.
func (c *Clock) forget(s *sleeper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.prev != nil || s.next != nil || c.wheel[s.tick%wheelSize] == s {
		c.remove(s)
	}
}

// advance wakes those whose tick is not after now, at most a batch of them, and
// says whether that was all. If it was, alarm is the tick at which the next ones
// may be due.
func (c *Clock) advance(now int64) (alarm int64, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for tick := max(c.woken+1, now-wheelSize+1); tick <= now; tick++ {
		for s := c.wheel[tick%wheelSize]; s != nil; {
			following := s.next
			if s.tick <= now {
				if n == wakeBatch {
					return 0, false
				}
				n++
				c.remove(s)
				notify(s.mailbox, due)
			}
			s = following
		}
		c.woken = tick
	}
	c.alarm = c.nextFilled()
	return c.alarm, true
}

func (c *Clock) insert(s *sleeper) {
	slot := s.tick % wheelSize
	if front := c.wheel[slot]; front != nil {
		s.next, front.prev = front, s
	}
	c.wheel[slot] = s
	c.filled[slot/64] |= 1 << (slot % 64)
}

func (c *Clock) remove(s *sleeper) {
	slot := s.tick % wheelSize
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		c.wheel[slot] = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.next, s.prev = nil, nil
	if c.wheel[slot] == nil {
		c.filled[slot/64] &^= 1 << (slot % 64)
	}
}

// nextFilled returns the first tick after now whose list is not empty. Those in
// it may be due only some turns later.
func (c *Clock) nextFilled() int64 {
	const words = wheelSize / 64
	first := (c.woken + 1) % wheelSize
	for i := range int64(words + 1) { // the word of first twice: its end, and its beginning last
		word := (first/64 + i) % words
		set := c.filled[word]
		if i == 0 {
			set &= ^uint64(0) << (first % 64)
		}
		if set != 0 {
			slot := word*64 + int64(bits.TrailingZeros64(set))
			return c.woken + 1 + (slot-first+wheelSize)%wheelSize
		}
	}
	return never
}
