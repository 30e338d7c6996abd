package main

import (
	"context"
	"fmt"
	"time"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
)

// openStore opens the store that the messages are shared in, if there is to be one.
// An error is what waiting does not heal.
func (pr *program) openStore(ctx context.Context) error {
	if !pr.config.isShared() {
		return nil
	}
	logger := pr.output.Logger.Named("store")
	config := storeConfig(pr.config)
	config.Lost = func(err error) { logs.StoreLost.Log(logger, logs.Error(err)) }
	config.Restored = func(outage time.Duration) { logs.StoreRestored.Log(logger, logs.OutageMS(outage)) }
	config.Expired = func(removal broker.Removal) { pr.api.Evicted(removal) } // is set before anything runs
	store, err := jetstream.Open(ctx, config)
	if err != nil {
		return err
	}
	pr.store = store
	pr.metrics.SetStore(store.Available)
	return nil
}

// closeStore closes the store of a program that does not run.
func (pr *program) closeStore() error {
	if pr.store == nil {
		return nil
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	return pr.store.Run(ended)
}

// storeConfig is what the settings mean to the store.
func storeConfig(c Config) jetstream.Config {
	return jetstream.Config{
		URLs: c.NATS, Creds: c.NATSCreds, Stream: c.NATSStream, Replicas: c.NATSReplicas,
		TTL: c.MessageTTL, ProducerTimeout: c.ProducerTimeout,
	}
}

// timed is a store whose answers are timed.
type timed struct {
	broker.Store
	metrics *metrics.Metrics
}

func (s timed) Add(ctx context.Context, id broker.MessageID, after uint64, record broker.Record) (broker.Stamp, error) {
	defer s.observe("add", time.Now())
	return s.Store.Add(ctx, id, after, record)
}

func (s timed) Last(ctx context.Context, id broker.MessageID) (broker.Record, error) {
	defer s.observe("last", time.Now())
	return s.Store.Last(ctx, id)
}

func (s timed) Newer(ctx context.Context, id broker.MessageID, after uint64) (bool, error) {
	defer s.observe("last", time.Now())
	return s.Store.Newer(ctx, id, after)
}

func (s timed) Read(ctx context.Context, id broker.MessageID, after, to uint64) ([]broker.Record, error) {
	defer s.observe("read", time.Now())
	return s.Store.Read(ctx, id, after, to)
}

func (s timed) observe(op string, started time.Time) {
	s.metrics.StoreDuration(op, time.Since(started))
}

// storeLine says to a person where the messages are kept. It has no address, which
// could have a password.
func (pr *program) storeLine(available bool) string {
	line := fmt.Sprintf("Messages kept in     NATS JetStream, stream %s on %s, %s",
		pr.config.NATSStream, counted(len(pr.config.NATS), "server"), counted(pr.config.NATSReplicas, "replica"))
	if !available {
		line += "; it does not answer yet"
	}
	return line + "\n"
}

// counted is a number of things: 1 server, 2 servers.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
