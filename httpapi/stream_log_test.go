package httpapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/logs/logstest"
)

// Each cause, however it is wrapped, is one reason.
func TestReasonOf(t *testing.T) {
	for cause, want := range map[error]string{
		nil: "completed", broker.ErrClientGone: "client_gone", context.Canceled: "client_gone", broker.ErrTooSlow: "slow_client",
		broker.ErrDeleted: "message_deleted", broker.ErrEvicted: "message_evicted", broker.ErrShuttingDown: "server_shutdown",
		broker.ErrClosed: "server_shutdown", errMessageFailed: "message_failed", errors.New("other"): "internal_error", &actors.PanicError{}: "internal_error",
	} {
		if got := reasonOf(cause); got != want {
			t.Errorf("%v: %s, want %s", cause, got, want)
		}
		if cause == nil {
			continue
		}
		if got := reasonOf(fmt.Errorf("wrapped: %w", cause)); got != want {
			t.Errorf("wrapped %v: %s, want %s", cause, got, want)
		}
	}
}

// A stream is slow from a second behind on, and told to be so once, until it is
// less than a quarter of one behind.
func TestNoteLag(t *testing.T) {
	tests := map[string]struct {
		lags []time.Duration // in milliseconds
		want []string        // event and lag_ms
	}{
		"never":                {[]time.Duration{0, 999, 999, 0}, nil},
		"once, up to the end":  {[]time.Duration{1000, 1500, 250, 999}, []string{"stream.slow 1000"}},
		"and recovered":        {[]time.Duration{0, 2000, 900, 249, 0}, []string{"stream.slow 2000", "stream.recovered 2000"}},
		"the furthest is told": {[]time.Duration{1000, 7000, 3000, 0}, []string{"stream.slow 1000", "stream.recovered 7000"}},
		"twice": {
			[]time.Duration{3000, 0, 1200, 240},
			[]string{"stream.slow 3000", "stream.recovered 3000", "stream.slow 1200", "stream.recovered 1200"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			logger, log := logstest.New(t)
			st := &stream{
				server:       &Server{config: Config{Logger: logger}},
				subscription: &broker.Subscription{Message: &broker.Message{}},
			}
			for _, lag := range test.lags {
				st.noteLag(lag * time.Millisecond)
			}
			var got []string
			for _, line := range log.All() {
				got = append(got, fmt.Sprint(line.Event, " ", line.Fields["lag_ms"]))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%v: got %q, want %q", test.lags, got, test.want)
			}
			if want := slices.Max(test.lags) * time.Millisecond; st.tally.maxLag != want {
				t.Errorf("%v: the most is %v, want %v", test.lags, st.tally.maxLag, want)
			}
		})
	}
}
