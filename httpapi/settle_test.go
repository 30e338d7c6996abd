package httpapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
)

// sending is a transport of which the client gets some more at each look.
type sending struct {
	transport
	left, each int
	known      bool
}

func (t *sending) unsent() (int, bool) {
	left := t.left
	t.left = max(0, t.left-t.each)
	return left, t.known
}

func (t *sending) silence() time.Duration { return 0 }

// TestSettle has clients that take what comes before a cut at once, slowly, or not at
// all, and one that leaves. Who is slow, but goes on, is not too slow.
func TestSettle(t *testing.T) {
	for name, test := range map[string]struct {
		transport sending
		gone      bool
		took      time.Duration
		err       error
	}{
		"at once":   {sending{known: true}, false, 0, nil},
		"slowly":    {sending{left: 20, each: 1, known: true}, false, 1526 * time.Millisecond, nil},
		"never":     {sending{left: 20, known: true}, false, 526 * time.Millisecond, broker.ErrTooSlow},
		"not known": {sending{}, false, lastLook, nil},
		"gone":      {sending{left: 20, known: true}, true, 0, broker.ErrClientGone},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if test.gone {
					cancel(broker.ErrClientGone)
				}
				server := &Server{config: Config{WriteTimeout: 500 * time.Millisecond}}
				st := &stream{transport: &test.transport, server: server, ctx: ctx, cancel: cancel}
				start := time.Now()
				if err := st.settle(); err != test.err || time.Since(start) != test.took {
					t.Errorf("%v after %v, want %v after %v", err, time.Since(start), test.err, test.took)
				}
			})
		})
	}
}
