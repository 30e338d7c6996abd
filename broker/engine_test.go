package broker_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/broker"
)

// engine is what several nodes keep their messages in, in the memory of a test. Each
// answer takes a millisecond.
type engine struct {
	mu       sync.Mutex // held for no time
	version  uint64
	messages map[broker.MessageID][]broker.Record
	nodes    []*access
}

const engineTime = time.Millisecond

// access is the Store of one node, which a test can disturb.
type access struct {
	engine *engine

	// Guarded by the engine's mutex.
	followers map[broker.MessageID]map[int]func(broker.Record)
	next      int
	cut       bool // nothing is answered, and nothing delivered
	lost      int  // answers to Add that do not arrive
	dropped   int  // records that are not delivered
	full      bool
	asked     int               // how often Last was called
	checked   int               // and Newer
	crowd     map[time.Time]int // the latter at one time

	reading, readers int // calls of Read, now and at most
}

func newEngine() *engine { return &engine{messages: make(map[broker.MessageID][]broker.Record)} }

func (e *engine) access() *access {
	a := &access{engine: e, followers: make(map[broker.MessageID]map[int]func(broker.Record)), crowd: make(map[time.Time]int)}
	e.nodes = append(e.nodes, a)
	return a
}

// node starts a broker on the engine, with a store of its own.
func (e *engine) node(t testing.TB, config broker.Config) (*running, *access) {
	a := e.access()
	config.Store = a
	return start(t, config), a
}

// disturb does something to the node's access.
func (a *access) disturb(how func()) {
	a.engine.mu.Lock()
	defer a.engine.mu.Unlock()
	how()
}

// answer waits as long as an answer takes, and returns holding the lock, unless there
// is none.
func (a *access) answer(ctx context.Context) error {
	select {
	case <-time.After(engineTime):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	a.engine.mu.Lock()
	if a.cut {
		a.engine.mu.Unlock()
		return broker.ErrStoreUnavailable
	}
	return nil
}

func (a *access) Add(ctx context.Context, id broker.MessageID, after uint64, record broker.Record) (broker.Stamp, error) {
	if err := a.answer(ctx); err != nil {
		return broker.Stamp{}, err
	}
	e := a.engine
	defer e.mu.Unlock()
	if size := len(strings.Join(record.Chunks, "")); size > 256<<10 {
		panic(fmt.Sprintf("a record has %d bytes of text", size))
	}
	var last uint64
	if records := e.messages[id]; len(records) > 0 {
		last = records[len(records)-1].Version
	}
	switch {
	case a.full:
		return broker.Stamp{}, broker.ErrStoreFull
	case last != after:
		return broker.Stamp{}, broker.ErrConflict
	}
	e.version++
	record.Stamp, record.Before = broker.Stamp{Version: e.version, At: time.Now()}, last
	record.Chunks = slices.Clone(record.Chunks)
	for i, chunk := range record.Chunks {
		record.Chunks[i] = strings.Clone(chunk) // it is only lent
	}
	if record.Gone != "" {
		e.messages[id] = nil
	}
	e.messages[id] = append(e.messages[id], record)
	for _, node := range e.nodes {
		node.deliver(id, record)
	}
	if a.lost > 0 {
		a.lost--
		return broker.Stamp{}, broker.ErrStoreUnavailable
	}
	return record.Stamp, nil
}

func (a *access) deliver(id broker.MessageID, record broker.Record) {
	if a.cut || len(a.followers[id]) == 0 {
		return
	}
	if a.dropped > 0 {
		a.dropped--
		time.AfterFunc(time.Second, func() { a.catchUp(id) })
		return
	}
	for _, deliver := range a.followers[id] {
		deliver(record)
	}
}

// catchUp delivers the newest record, of which some others may be missing.
func (a *access) catchUp(id broker.MessageID) {
	a.engine.mu.Lock()
	defer a.engine.mu.Unlock()
	if records := a.engine.messages[id]; len(records) > 0 {
		a.deliver(id, records[len(records)-1])
	}
}

func (a *access) Last(ctx context.Context, id broker.MessageID) (broker.Record, error) {
	if err := a.answer(ctx); err != nil {
		return broker.Record{}, err
	}
	defer a.engine.mu.Unlock()
	a.asked++
	records := a.engine.messages[id]
	if len(records) == 0 {
		return broker.Record{}, broker.ErrNotFound
	}
	last := records[len(records)-1]
	last.Before = 0
	return last, nil
}

func (a *access) Newer(ctx context.Context, id broker.MessageID, after uint64) (bool, error) {
	if err := a.answer(ctx); err != nil {
		return false, err
	}
	defer a.engine.mu.Unlock()
	a.checked++
	a.crowd[time.Now()]++
	records := a.engine.messages[id]
	return len(records) > 0 && records[len(records)-1].Version > after, nil
}

func (a *access) Read(ctx context.Context, id broker.MessageID, after, to uint64) (read []broker.Record, err error) {
	a.disturb(func() {
		a.reading++
		a.readers = max(a.readers, a.reading)
	})
	defer a.disturb(func() { a.reading-- })
	return a.read(ctx, id, after, to)
}

func (a *access) read(ctx context.Context, id broker.MessageID, after, to uint64) (read []broker.Record, err error) {
	if err := a.answer(ctx); err != nil {
		return nil, err
	}
	defer a.engine.mu.Unlock()
	for _, record := range a.engine.messages[id] {
		if record.Version > after && record.Version <= to {
			record.Before = 0
			read = append(read, record)
		}
	}
	if len(read) == 0 || read[len(read)-1].Version != to {
		return nil, broker.ErrNotFound
	}
	return read, nil
}

func (a *access) Follow(id broker.MessageID, deliver func(broker.Record)) (stop func()) {
	a.engine.mu.Lock()
	defer a.engine.mu.Unlock()
	if a.followers[id] == nil {
		a.followers[id] = make(map[int]func(broker.Record))
	}
	number := a.next
	a.next++
	a.followers[id][number] = deliver
	return func() {
		a.engine.mu.Lock()
		defer a.engine.mu.Unlock()
		if delete(a.followers[id], number); len(a.followers[id]) == 0 {
			delete(a.followers, id)
		}
	}
}

func (a *access) Available() bool {
	a.engine.mu.Lock()
	defer a.engine.mu.Unlock()
	return !a.cut
}

// undo takes the newest records of a message back, as a loss of power does.
func (e *engine) undo(id broker.MessageID, records int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.messages[id] = e.messages[id][:len(e.messages[id])-records]
}

// join ends a cut.
func (a *access) join() {
	a.disturb(func() {
		a.cut = false
		for id := range maps.Keys(a.followers) {
			for _, deliver := range a.followers[id] {
				deliver(broker.Record{})
			}
		}
	})
}
