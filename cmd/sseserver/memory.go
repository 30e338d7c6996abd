package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A burst of new streams leaves much garbage behind: what net/http needed to
// read and answer each request. Running streams allocate nothing, so the next
// collection, which would find it, can be minutes away. trimMemory collects and
// gives the memory back as soon as a burst is over.
const (
	trimInterval = 2 * time.Second
	trimBurst    = 16 << 20 // bytes allocated since the last trim that make a burst
	trimQuiet    = 1 << 20  // bytes allocated in an interval that end it
)

// trimMemory trims after each burst, until ctx ends.
func trimMemory(ctx context.Context) {
	ticker := time.NewTicker(trimInterval)
	defer ticker.Stop()
	trimmed := allocated()
	before := trimmed
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now := allocated()
		if now-trimmed >= trimBurst && now-before <= trimQuiet {
			debug.FreeOSMemory()
			trimmed = now
		}
		before = now
	}
}

// allocated returns how many bytes were allocated since the program's start.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
