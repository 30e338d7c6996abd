package jetstream

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"sseserver/broker"
)

// How messages that nobody asks for are removed.
const (
	sweeps       = 4                // within a time to live
	sweepSlowest = 10 * time.Second // however short that is
	sweepBatch   = 64
	sweepWait    = 5 * time.Second
	sweepGentle  = 2 * time.Millisecond // after each message that is looked at

	// A use may be told a tenth of the time to live late.
	touches = 10

	// An open message whose producer is silent belongs to a node that ends it. If
	// that is gone, and nobody asks for the message, it is removed after this time, or
	// twice that of its producers.
	openFor = time.Hour
)

// sweep removes what has expired, time and again until ctx ends. All nodes do, each in
// its own time, and of several that find the same one wins.
func (s *Store) sweep(ctx context.Context) {
	every := max(s.config.TTL/sweeps, sweepSlowest)
	for wait(ctx, every/2+rand.N(every)) {
		if s.Available() {
			_ = s.sweepOnce(ctx, time.Now()) // if it fails, there is another one
		}
	}
}

// sweepOnce removes what has expired by now. It looks at the newest records of all
// messages, without their text, from the oldest to the first that has not expired.
func (s *Store) sweepOnce(ctx context.Context, now time.Time) error {
	js, err := jetstream.New(s.conn)
	if err != nil {
		return err
	}
	setup, cancel := context.WithTimeout(ctx, sweepWait)
	defer cancel()
	newest, err := js.CreateConsumer(setup, s.config.Stream, jetstream.ConsumerConfig{
		DeliverPolicy:     jetstream.DeliverLastPerSubjectPolicy,
		AckPolicy:         jetstream.AckNonePolicy,
		FilterSubject:     s.subjects.all,
		HeadersOnly:       true,
		MemoryStorage:     true,
		Replicas:          1,
		InactiveThreshold: time.Minute, // if it is not deleted
	})
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		more, err = s.sweepSome(ctx, newest, now)
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepWait)
	defer cancel()
	_ = js.DeleteConsumer(cleanup, s.config.Stream, newest.CachedInfo().Name)
	return err
}

// sweepSome looks at the next messages, and says whether there are more that may have
// expired.
func (s *Store) sweepSome(ctx context.Context, newest jetstream.Consumer, now time.Time) (more bool, err error) {
	messages, err := newest.FetchNoWait(sweepBatch)
	if err != nil {
		return false, err
	}
	for message := range messages.Messages() {
		meta, err := message.Metadata()
		if err != nil {
			return false, err
		}
		if now.Sub(meta.Timestamp) <= s.keptFor() {
			return false, nil
		}
		more = meta.NumPending > 0
		id, ok := s.subjects.message(message.Subject())
		if !ok || message.Headers().Get(headerRollup) != "" { // it is gone
			continue
		}
		if err := s.expire(ctx, id, now); err != nil {
			return false, err
		}
		if !wait(ctx, sweepGentle) {
			return false, nil
		}
	}
	return more, messages.Error()
}

// keptFor is how long a message is kept behind its newest record.
func (s *Store) keptFor() time.Duration { return s.config.TTL + s.config.TTL/touches }

// expire removes a message if it has expired by now.
func (s *Store) expire(ctx context.Context, id broker.MessageID, now time.Time) error {
	last, err := s.Last(ctx, id)
	switch {
	case errors.Is(err, broker.ErrNotFound):
		return nil
	case err != nil:
		return err
	case last.Gone != "" || now.Sub(last.At) <= s.keptFor():
		return nil
	}
	if now.Sub(last.At) <= max(openFor, 2*s.config.ProducerTimeout) {
		if open, err := s.isOpen(ctx, id, last); open || err != nil {
			return err
		}
	}
	gone := broker.Record{SubmittedAt: last.SubmittedAt, Gone: broker.RemovedByTTL}
	_, err = s.Add(ctx, id, last.Version, gone)
	if err == nil {
		s.config.Expired(broker.Removal{MessageID: id, Reason: gone.Gone, Age: now.Sub(last.SubmittedAt)})
	}
	if errors.Is(err, broker.ErrConflict) { // used, or removed by another node
		err = nil
	}
	return err
}

// isOpen says whether a message still waits for its producer. Only its history tells.
func (s *Store) isOpen(ctx context.Context, id broker.MessageID, last broker.Record) (bool, error) {
	records, err := s.Read(ctx, id, 0, last.Version)
	if errors.Is(err, broker.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ended := slices.ContainsFunc(records, func(r broker.Record) bool { return r.State != "" })
	return records[0].Live && !ended, nil
}
