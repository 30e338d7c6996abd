package jetstream

import (
	"context"
	"errors"
	"time"
)

// Reasons of an outage of which the engine has told nothing itself.
var (
	errNotYet = errors.New("not connected yet")
	errSilent = errors.New("the stream has no leader that answers")
	errClosed = errors.New("the connection was closed")
)

// watch tells whether the engine is there, until ctx ends or the connection is closed.
func (s *Store) watch(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		if reason, lost := s.health.lose(time.Now()); lost {
			s.config.Lost(reason)
		}
		wait, ask := s.health.probe(time.Now())
		if ask {
			s.look(ctx)
			continue
		}
		timer.Reset(wait)
		select {
		case <-s.health.events:
		case <-timer.C:
		case <-s.closed:
			return
		case <-ctx.Done():
		}
	}
}

// probeTime is how long the answer to a probe is waited for.
const probeTime = time.Second

// look asks the leader whether it is there. The engine may be one that has not been seen
// before, or has lost its stream.
func (s *Store) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	defer context.AfterFunc(s.health.link(), cancel)()
	err := s.knock(ctx)
	if errors.Is(err, errNoStream) {
		err = s.prepare(ctx)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled): // says nothing
	case err != nil:
		s.health.failed(err)
	case s.health.available():
		s.health.heard(time.Now())
	default:
		s.config.Restored(s.health.restore(time.Now()))
		s.followers.missedAll()
	}
}
