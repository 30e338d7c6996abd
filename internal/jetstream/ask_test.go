package jetstream

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
)

// asking runs test in a bubble with a store whose engine is there.
func asking(t *testing.T, test func(*testing.T, *Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHealth(time.Now())
		h.connected()
		h.restore(time.Now())
		test(t, &Store{health: h})
	})
}

// wantEnd wants the error of a call, and how long it took.
func wantEnd(t *testing.T, call func() error, want error, took time.Duration) {
	t.Helper()
	begin := time.Now()
	if err := call(); !errors.Is(err, want) || time.Since(begin) != took {
		t.Errorf("got %v after %v, want %v after %v", err, time.Since(begin), want, took)
	}
}

// errUnreadable is how a record tells that it cannot be read.
var errUnreadable = fmt.Errorf("%w: unreadable", broker.ErrStoreUnavailable)

var errRefused = errors.New("refused")

func TestAskAnswers(t *testing.T) {
	asking(t, func(t *testing.T, s *Store) {
		for _, answer := range []error{nil, broker.ErrConflict, broker.ErrNotFound, broker.ErrStoreFull, errUnreadable} {
			wantEnd(t, func() error {
				return s.ask(t.Context(), func(context.Context) error { return answer })
			}, answer, 0)
		}
		tries := 0
		err := s.ask(t.Context(), func(context.Context) error {
			if tries++; tries < 5 {
				return errRefused
			}
			return nil
		})
		if err != nil || tries != 5 {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

func TestAskIsPatient(t *testing.T) {
	asking(t, func(t *testing.T, s *Store) {
		wantEnd(t, func() error { return s.ask(t.Context(), func(context.Context) error { return errRefused }) }, errRefused, patience)
		wantEnd(t, func() error { return s.ask(t.Context(), unanswered) }, errSilent, patience)
		wantEnd(t, func() error { return s.ask(t.Context(), unanswered) }, broker.ErrStoreUnavailable, patience)
	})
}

// unanswered is an attempt that nobody answers.
func unanswered(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestAttemptIsRepeated(t *testing.T) {
	asking(t, func(t *testing.T, s *Store) {
		for i, interrupt := range []func(){
			func() {}, // takes too long
			func() {
				s.health.cut(time.Now(), errReset)
				s.health.connected()
			},
		} {
			tries := 0
			call := make(chan error)
			begin := time.Now()
			go func() {
				call <- s.ask(t.Context(), func(ctx context.Context) error {
					if tries++; tries == 1 {
						return unanswered(ctx)
					}
					return nil
				})
			}()
			synctest.Wait()
			interrupt()
			if err := <-call; err != nil || tries != 2 {
				t.Errorf("%d tries, %v", tries, err)
			}
			if cut := i == 1; time.Since(begin) < attemptTime != cut {
				t.Errorf("repeated after %v; was the connection down: %v", time.Since(begin), cut)
			}
		}
	})
}

// TestNobodyIsAsked has a connection that is down, which nats.go would wait for.
func TestNobodyIsAsked(t *testing.T) {
	asking(t, func(t *testing.T, s *Store) {
		s.health.cut(time.Now(), errReset)
		time.AfterFunc(patienceUnlinked/2, s.health.connected)
		begin := time.Now()
		err := s.ask(t.Context(), func(context.Context) error {
			if time.Since(begin) < patienceUnlinked/2 {
				t.Errorf("asked after %v", time.Since(begin))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestAskGivesUp ends calls that wait: for an attempt, and for the next one.
func TestAskGivesUp(t *testing.T) {
	for _, attempt := range []func(context.Context) error{
		unanswered,
		func(context.Context) error { return errRefused },
	} {
		asking(t, func(t *testing.T, s *Store) {
			s.health.cut(time.Now(), errReset)
			wantEnd(t, func() error {
				go func() {
					time.Sleep(patienceUnlinked)
					s.health.lose(time.Now())
				}()
				return s.ask(t.Context(), attempt)
			}, errReset, patienceUnlinked)
			wantEnd(t, func() error { return s.ask(t.Context(), attempt) }, broker.ErrStoreUnavailable, 0)
			wantEnd(t, func() error { return s.ask(t.Context(), attempt) }, errReset, 0)
		})
		asking(t, func(t *testing.T, s *Store) {
			ctx, cancel := context.WithCancelCause(t.Context())
			wantEnd(t, func() error {
				time.AfterFunc(time.Second, func() { cancel(errReset) })
				return s.ask(ctx, attempt)
			}, errReset, time.Second)
			wantEnd(t, func() error { return s.ask(ctx, attempt) }, errReset, 0)
		})
	}
}
