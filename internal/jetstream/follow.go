package jetstream

import (
	"context"
	"sync"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
	"sseserver/internal/jetstream/record"
)

// followers are those who are told of records as they are stored. Subscriptions share
// one channel, so a follower costs no goroutine.
type followers struct {
	live   chan *nats.Msg // nats.go sends without waiting, run receives, nobody closes it
	missed chan struct{}  // room for one, sent without waiting: look into behind; nobody closes it

	mu     sync.Mutex
	by     map[*nats.Subscription]func(broker.Record)
	behind []*nats.Subscription // which have missed something
	all    bool                 // have
}

// liveRoom is for what comes while run gets no time: some tenths of a second of the
// most that an engine stores.
const liveRoom = 16 << 10

func newFollowers() *followers {
	return &followers{
		live:   make(chan *nats.Msg, liveRoom),
		missed: make(chan struct{}, 1),
		by:     make(map[*nats.Subscription]func(broker.Record)),
	}
}

// Follow implements broker.Store.
func (s *Store) Follow(id broker.MessageID, deliver func(broker.Record)) (stop func()) {
	f := s.followers
	f.mu.Lock() // so that run finds the subscription with its first message
	defer f.mu.Unlock()
	subscription, err := s.conn.ChanSubscribe(s.subjects.live(id), f.live)
	if err != nil { // the connection was closed, and with it everything
		return func() {}
	}
	f.by[subscription] = deliver
	return func() {
		_ = subscription.Unsubscribe() // fails if the connection was closed
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.by, subscription)
	}
}

// run tells the followers what comes, until ctx ends.
func (f *followers) run(ctx context.Context) {
	for {
		select {
		case message := <-f.live:
			f.deliver(message)
		case <-f.missed:
			f.warn()
		case <-ctx.Done():
			return
		}
	}
}

// deliver tells a follower of a record. Of one that cannot be read it learns that there
// is something, and will be told what is wrong when it asks.
func (f *followers) deliver(message *nats.Msg) {
	deliver := f.of(message.Sub)
	if deliver == nil {
		return
	}
	r, err := received(message)
	if err != nil {
		r = record.Stored{}
	}
	deliver(r.Record)
}

// of returns who has a subscription, nil if that has stopped.
func (f *followers) of(subscription *nats.Subscription) func(broker.Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[subscription]
}

// missedBy takes that a subscription had no room.
func (f *followers) missedBy(subscription *nats.Subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = append(f.behind, subscription)
	f.tell()
}

// missedAll takes that nothing was sent for a while.
func (f *followers) missedAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = true
	f.tell()
}

func (f *followers) tell() {
	select {
	case f.missed <- struct{}{}:
	default:
	}
}

// warn tells those who may have missed something.
func (f *followers) warn() {
	for _, deliver := range f.missing() {
		deliver(broker.Record{})
	}
}

func (f *followers) missing() (missing []func(broker.Record)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all {
		for _, deliver := range f.by {
			missing = append(missing, deliver)
		}
	} else {
		for _, subscription := range f.behind {
			if deliver := f.by[subscription]; deliver != nil {
				missing = append(missing, deliver)
			}
		}
	}
	f.all, f.behind = false, nil
	return missing
}
