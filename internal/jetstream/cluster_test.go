package jetstream_test

import (
	"strconv"
	"sync"
	"testing"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// TestLeaderFails ends the engine that leads, while two nodes add to messages: nothing
// is lost or doubled, and all is there when the engine is back.
func TestLeaderFails(t *testing.T) {
	t.Parallel()
	engines := enginetest.Start(t, 3)
	var stores []*jetstream.Store
	for range 2 {
		stores = append(stores, open(t, jetstream.Config{URLs: engines.URLs(), Replicas: 3}))
	}
	const messages, before, behind = 8, 10, 30
	texts := numbers(before + behind)
	type progress struct {
		id      broker.MessageID
		version uint64
	}
	done := make([]progress, messages)
	var ready, rest sync.WaitGroup
	ready.Add(messages)
	killed := make(chan struct{})
	for i := range done {
		rest.Go(func() {
			store, id := stores[i%len(stores)], newID()
			last := addEach(t, store, id, 0, texts[:before]...)
			ready.Done()
			for n := before; n < len(texts); n++ {
				last = addEach(t, store, id, last, texts[n])
				if n == before+behind/2 { // the first half is added meanwhile
					<-killed
				}
			}
			done[i] = progress{id, last}
		})
	}
	ready.Wait()
	leader := engines.Leader("sseserver")
	engines.Kill(leader)
	close(killed)
	rest.Wait()
	check := func() {
		t.Helper()
		for i, p := range done {
			wantTexts(t, stores[(i+1)%len(stores)], p.id, 0, p.version, texts...)
		}
	}
	check()
	engines.Restart(leader)
	check()
	for i, p := range done {
		add(t, stores[i%len(stores)], p.id, p.version, record(strconv.Itoa(i)))
	}
}
