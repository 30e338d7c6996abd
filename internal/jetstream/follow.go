package jetstream

import (
	"context"
	"sync"
	"time"

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
	by     map[*nats.Subscription]*follower
	newest uint64               // version that is known of
	behind []*nats.Subscription // which have missed something
	all    bool                 // have
}

// follower is who is told of the records of one message.
type follower struct {
	id      broker.MessageID
	deliver func(broker.Record)
	heard   time.Time // when a record was last delivered, or the follower came
	next    uint64    // the first version that it may not have been told of
}

// silentFollower is one of which nothing has come for a while.
type silentFollower struct {
	subscription *nats.Subscription
	follower
}

// liveRoom is for what comes while run gets no time: some tenths of a second of the
// most that an engine stores.
const liveRoom = 16 << 10

func newFollowers() *followers {
	return &followers{
		live:   make(chan *nats.Msg, liveRoom),
		missed: make(chan struct{}, 1),
		by:     make(map[*nats.Subscription]*follower),
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
	f.by[subscription] = &follower{id: id, deliver: deliver, heard: time.Now(), next: f.newest + 1}
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
	r, err := received(message)
	if err != nil {
		r = record.Stored{}
	}
	if one := f.hears(message.Sub, r.Version); one != nil {
		one.deliver(r.Record)
	}
}

// hears returns who has a subscription, nil if that has stopped, and notes that it is
// told of a version.
func (f *followers) hears(subscription *nats.Subscription, version uint64) *follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.newest = max(f.newest, version)
	one := f.by[subscription]
	if one != nil {
		one.heard = time.Now()
		one.next = max(one.next, version+1)
	}
	return one
}

// silent returns the subscriptions of which nothing has come since then, with their
// followers as they are now.
func (f *followers) silent(since time.Time) (silent []silentFollower) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for subscription, one := range f.by {
		if one.heard.Before(since) {
			silent = append(silent, silentFollower{subscription, *one})
		}
	}
	return silent
}

// reached notes that a subscription has been told of all before a version.
func (f *followers) reached(subscription *nats.Subscription, next uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.newest = max(f.newest, next-1)
	if one := f.by[subscription]; one != nil {
		one.next = max(one.next, next)
	}
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
		f.newest = 0 // the stream may be another one
		for _, one := range f.by {
			one.next = 0
			missing = append(missing, one.deliver)
		}
	} else {
		for _, subscription := range f.behind {
			if one := f.by[subscription]; one != nil {
				missing = append(missing, one.deliver)
			}
		}
	}
	f.all, f.behind = false, nil
	return missing
}
