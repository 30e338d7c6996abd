package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"time"
)

// A burst of new streams leaves much garbage behind: what net/http needed to
// read and answer each request. Running streams allocate nothing, so the next
// collection, which would find it, can be minutes away. trimMemory collects and
// gives the memory back when a burst is over and there is time for it.
const (
	trimInterval = 250 * time.Millisecond
	trimBurst    = 16 << 20  // bytes allocated since the last trim that make a burst
	trimQuiet    = 256 << 10 // bytes allocated in an interval that end it
	trimBusy     = 0.5       // share of the processors above which it waits
)

// trimMemory trims after each burst, until ctx ends.
func trimMemory(ctx context.Context) {
	ticker := time.NewTicker(trimInterval)
	defer ticker.Stop()
	last := usageNow()
	trimmed := last.allocated
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now := usageNow()
		burst := now.allocated-trimmed >= trimBurst
		quiet := now.allocated-last.allocated <= trimQuiet
		busy := (now.cpu - last.cpu).Seconds() > trimBusy*trimInterval.Seconds()*float64(runtime.GOMAXPROCS(0))
		if burst && quiet && !busy {
			debug.FreeOSMemory()
			trimmed = now.allocated
		}
		last = now
	}
}

// usage is what the process has used since its start.
type usage struct {
	allocated uint64 // bytes
	cpu       time.Duration
}

func usageNow() usage {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	u := usage{allocated: sample[0].Value.Uint64()}
	var times syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &times) == nil {
		u.cpu = time.Duration(times.Utime.Nano() + times.Stime.Nano())
	}
	return u
}
