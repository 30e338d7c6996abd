package broker

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// TestSubmitStream stores a message with its stream, or neither.
func TestSubmitStream(t *testing.T) {
	now := time.Now()
	add := func(s *state, text string) (*stream, []Removal, error) {
		return s.submitStream(now, netip.Prefix{}, newMessage(MessageID{byte(len(s.messages.byID) + 1), 1}, text, now), Characters, func(error) {})
	}
	want := func(t *testing.T, s *state, messages, streams int) {
		t.Helper()
		if stats := s.stats(); stats.Messages != messages || stats.Streams[Characters] != streams {
			t.Errorf("%d messages and %d streams, want %d and %d", stats.Messages, stats.Streams[Characters], messages, streams)
		}
	}
	t.Run("in use from the beginning", func(t *testing.T) {
		s := newState(atMost(1, 100, 10))
		first, _, err := add(s, "a")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := add(s, "b"); !errors.Is(err, ErrStoreFull) {
			t.Errorf("the second one: %v, want %v", err, ErrStoreFull)
		}
		want(t, s, 1, 1)
		s.ended(now, first)
		if _, evicted, err := add(s, "c"); err != nil || len(evicted) != 1 {
			t.Errorf("the next one: %v, evicting %v", err, evicted)
		}
		want(t, s, 1, 1)
	})
	t.Run("too many streams", func(t *testing.T) {
		s := newState(atMost(10, 100, 1))
		_, _, _ = add(s, "a")
		if _, _, err := add(s, "b"); !errors.Is(err, ErrTooManyStreams) {
			t.Errorf("%v, want %v", err, ErrTooManyStreams)
		}
		want(t, s, 1, 1)
	})
	t.Run("draining", func(t *testing.T) {
		s := newState(roomy)
		s.draining = true
		if _, _, err := add(s, "a"); !errors.Is(err, ErrShuttingDown) {
			t.Errorf("%v, want %v", err, ErrShuttingDown)
		}
		want(t, s, 0, 0)
	})
}
