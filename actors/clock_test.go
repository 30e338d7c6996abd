package actors

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestClockWakesEachSleeperAtItsTick has sleepers of all lengths, more than a
// turn of the wheel too, that come and leave at random.
func TestClockWakesEachSleeperAtItsTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		clock := NewClock()
		go clock.Run(ctx)
		random := rand.New(rand.NewPCG(1, 2))
		for range 500 {
			wait := time.Duration(random.Int64N(int64(3 * wheelSize * Tick)))
			leaves := random.IntN(4) == 0
			grid := random.Int64N(5) + 1
			go func() {
				s := &sleeper{mailbox: make(chan signal, mailboxRoom), grid: grid}
				for range 3 {
					at := time.Now().Add(wait)
					if !clock.wakeAt(at.Sub(clock.start), s) {
						t.Errorf("%v ahead is taken for past", wait)
					}
					if leaves {
						clock.forget(s)
						clock.forget(s) // once more does nothing
						continue
					}
					<-s.mailbox
					if late := time.Since(at); late < 0 || late >= Tick*time.Duration(grid) {
						t.Errorf("woken %v after its time", late)
					}
				}
			}()
			time.Sleep(time.Duration(random.Int64N(int64(20 * time.Millisecond))))
		}
		time.Sleep(10 * wheelSize * Tick)
		clock.mu.Lock()
		defer clock.mu.Unlock()
		if alarm := clock.nextFilled(); alarm != never {
			t.Errorf("somebody still sleeps until tick %d", alarm)
		}
	})
}

// TestClockWakesInBatches has more sleepers in one tick than are woken at once,
// and one in the next: they are woken in the order of their ticks.
func TestClockWakesInBatches(t *testing.T) {
	clock := NewClock()
	sleep := func(tick int64) *sleeper {
		s := &sleeper{mailbox: make(chan signal, mailboxRoom), grid: 1, tick: tick}
		clock.insert(s)
		return s
	}
	crowd := make([]*sleeper, 2*wakeBatch)
	for i := range crowd {
		crowd[i] = sleep(1)
	}
	late := sleep(2)
	woken := func() (n int) {
		for _, s := range crowd {
			n += len(s.mailbox)
		}
		return n
	}
	for _, want := range []struct {
		crowd, late int
		all         bool
	}{{wakeBatch, 0, false}, {2 * wakeBatch, 0, false}, {2 * wakeBatch, 1, true}, {2 * wakeBatch, 1, true}} {
		_, all := clock.advance(2)
		if woken() != want.crowd || len(late.mailbox) != want.late || all != want.all {
			t.Errorf("got %d and %d woken, all %v; want %+v", woken(), len(late.mailbox), all, want)
		}
	}
	if clock.woken != 2 {
		t.Errorf("the clock is at %d, want 2", clock.woken)
	}
}

func TestClockSaysWhatIsPast(t *testing.T) {
	clock := NewClock()
	clock.advance(7)
	s := &sleeper{mailbox: make(chan signal, mailboxRoom), grid: 1}
	for _, past := range []time.Duration{0, 6 * Tick, 7*Tick - 1, 7 * Tick} {
		if clock.wakeAt(past, s) {
			t.Errorf("%v is not past at %v", past, 7*Tick)
		}
	}
	if !clock.wakeAt(7*Tick+1, s) {
		t.Error("what is due behind a tick is past with it")
	}
}

// TestCanceledStreamerLeavesItsClock cancels a streamer long before its next
// chunk is due. The clock must not keep it until then.
func TestCanceledStreamerLeavesItsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		clock := NewClock()
		go clock.Run(ctx)
		s := New(Plan{
			Clock:  clock,
			Source: NewIndex("ab", Character).Source(),
			Start:  time.Now(),
			Pace:   Pace{Interval: time.Hour},
		})
		streamCtx, cancel := context.WithCancel(ctx)
		go s.Run(streamCtx)
		<-s.Chunks()
		synctest.Wait()
		cancel()
		<-s.Chunks()
		clock.mu.Lock()
		defer clock.mu.Unlock()
		if alarm := clock.nextFilled(); alarm != never {
			t.Errorf("the clock keeps it until tick %d", alarm)
		}
	})
}

// TestGrid: the interval is a multiple of the grid, and the grid a small share
// of it.
func TestGrid(t *testing.T) {
	for interval, ticks := range map[time.Duration]int64{
		time.Microsecond:            1,
		time.Millisecond:            1,
		20 * time.Millisecond:       1,
		50 * time.Millisecond:       1,
		100 * time.Millisecond:      2,
		101 * time.Millisecond:      1,
		150 * time.Millisecond:      3,
		151 * time.Millisecond:      1,
		152 * time.Millisecond:      2,
		250 * time.Millisecond:      5,
		time.Second:                 5,
		1001 * time.Millisecond / 2: 1,
		time.Minute:                 5,
	} {
		if got := (Pace{Interval: interval}).grid(); got != ticks {
			t.Errorf("%v: got %d, want %d", interval, got, ticks)
		}
	}
}
