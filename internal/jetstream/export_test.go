package jetstream

import (
	"context"
	"time"
)

// SweepOnce removes what will have expired after this time.
func (s *Store) SweepOnce(ctx context.Context, after time.Duration) error {
	return s.sweepOnce(ctx, time.Now().Add(after))
}

// ReadFrom has histories read from whoever answers to a subject.
func (s *Store) ReadFrom(subject string) { s.subjects.direct = subject }

// Crowd has so many questions wait for an answer that no more is asked until stop.
func (s *Store) Crowd() (stop func()) {
	for range askedAtOnce {
		s.asking <- struct{}{}
	}
	return func() {
		for range askedAtOnce {
			<-s.asking
		}
	}
}
