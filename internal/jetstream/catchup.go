package jetstream

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"sseserver/internal/jetstream/record"
)

// What is published again may be lost on its way. So any engine is asked for the newest
// records of the messages of which nothing has come for a while: of many messages at
// once, since a node may follow very many to which nobody appends. An engine that is
// behind tells of it the next time.
const (
	catchUpEach  = 500 * time.Millisecond
	catchUpAfter = time.Second
	catchUpBatch = batch // fewer than an engine refuses
)

// catchUp delivers what followers have missed, until ctx ends.
func (s *Store) catchUp(ctx context.Context) {
	ticker := time.NewTicker(catchUpEach)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		silent := s.followers.silent(time.Now().Add(-catchUpAfter))
		// Those who were asked about before ask for what is newer than that alone.
		slices.SortFunc(silent, func(a, b silentFollower) int { return cmp.Compare(a.next, b.next) })
		for some := range slices.Chunk(silent, catchUpBatch) {
			if !s.health.available() || s.catchUpSome(ctx, some) != nil {
				break // all are told to look when it is there again, or it is tried again
			}
		}
	}
}

func (s *Store) catchUpSome(ctx context.Context, silent []silentFollower) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	question := getRequest{From: silent[0].next, Bytes: batchBytes}
	subscriptions := make(map[string]*nats.Subscription, len(silent))
	for _, one := range silent {
		subject := s.subjects.of(one.id)
		question.Newest = append(question.Newest, subject)
		subscriptions[subject] = one.subscription
	}
	end, err := s.direct(ctx, question, func(subject string, r record.Stored) error {
		if one := s.followers.hears(subscriptions[subject], r.Version); one != nil {
			one.deliver(r.Record)
		}
		return nil
	})
	if err != nil {
		return err
	}
	reached, err := strconv.ParseUint(end.Get("Nats-UpTo-Sequence"), 10, 64)
	if err != nil || end.Get("Nats-Num-Pending") != "0" {
		return nil // there is none of them, or too much for one answer
	}
	for _, one := range silent {
		s.followers.reached(one.subscription, reached+1)
	}
	return nil
}
