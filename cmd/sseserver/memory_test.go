package main

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// collections counts those that somebody asked for.
func collections() uint32 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumForcedGC
}

// burst is where a test allocates to; the compiler must not know better.
var burst []byte

// After a burst memory is trimmed once, when it is quiet.
func TestTrimMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go trimMemory(ctx)
		synctest.Wait()
		before := collections()
		wantTrims := func(want uint32, when string) {
			t.Helper()
			time.Sleep(trimInterval)
			synctest.Wait()
			if got := collections() - before; got != want {
				t.Errorf("%s: trimmed %d times, want %d", when, got, want)
			}
		}
		time.Sleep(trimInterval / 2)
		wantTrims(0, "without a burst")
		burst = make([]byte, 2*trimBurst)
		wantTrims(0, "in the interval of the burst")
		burst = nil
		wantTrims(1, "in the next")
		wantTrims(1, "after that")
	})
}
