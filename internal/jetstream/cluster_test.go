package jetstream_test

import (
	"sync"
	"testing"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// TestLeaderEnds ends the engine that leads, while two nodes add to messages: nothing
// is lost or doubled, and all is there when the engine is back.
func TestLeaderEnds(t *testing.T) {
	t.Parallel()
	engines := enginetest.Start(t, 3)
	var stores []*jetstream.Store
	for range 2 {
		stores = append(stores, open(t, jetstream.Config{URLs: engines.URLs(), Replicas: 3}))
	}
	const messages, before, behind = 6, 8, 16
	texts := numbers(before + behind)
	ids, versions := make([]broker.MessageID, messages), make([]uint64, messages)
	// addSome adds some of the texts to all messages at once.
	addSome := func(texts []string, during func()) {
		t.Helper()
		var adding sync.WaitGroup
		for i := range ids {
			adding.Go(func() {
				for _, text := range texts {
					stamp, err := stores[i%len(stores)].Add(t.Context(), ids[i], versions[i], record(text))
					if err != nil {
						t.Error(err)
						return
					}
					versions[i] = stamp.Version
				}
			})
		}
		during()
		adding.Wait()
	}
	for i := range ids {
		ids[i] = newID()
	}
	addSome(texts[:before], func() {})
	leader := engines.Leader("sseserver")
	addSome(texts[before:], func() { engines.Kill(leader) })
	check := func() {
		t.Helper()
		for i, id := range ids {
			wantTexts(t, stores[(i+1)%len(stores)], id, 0, versions[i], texts...)
		}
	}
	check()
	engines.Restart(leader)
	check()
	addSome([]string{"more"}, func() {})
}
