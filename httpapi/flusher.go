package httpapi

import (
	"runtime"
	"sync"
)

// flusher gives the streams that are ready their turns. Any goroutine may call
// add.
//
// Streams become ready together, as the clock wakes them together. One goroutine
// then writes to one after the other, which costs less than a goroutine for each
// would: nothing of it has gone cold in the processor's caches.
type flusher struct {
	mu          sync.Mutex
	first, last *stream // in the order in which they became ready
}

// add gives st a turn soon. It must not have been added since its last one.
func (f *flusher) add(st *stream) {
	f.mu.Lock()
	alone := f.first == nil
	if alone {
		f.first = st
	} else {
		f.last.next = st
	}
	f.last = st
	f.mu.Unlock()
	if alone {
		go f.flush()
	}
}

// flush gives a turn to all that are ready, and ends. Who becomes ready
// meanwhile is for the next flush, which need not wait for this one.
func (f *flusher) flush() {
	runtime.Gosched() // until all that were woken now have added themselves
	f.mu.Lock()
	st := f.first
	f.first, f.last = nil, nil
	f.mu.Unlock()
	for st != nil {
		next := st.next
		st.next = nil
		st.turn()
		st = next
	}
}
