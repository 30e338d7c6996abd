package broker_test

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"sync"
	"testing"

	"sseserver/broker"
)

// TestAskersWhoLeave has many askers whose contexts end while they ask. What
// failed was not done, what was answered was, and nobody gets the answer to the
// question of one who left.
func TestAskersWhoLeave(t *testing.T) {
	b := start(t, broker.Config{})
	stored, failed := 0, 0
	var mu sync.Mutex
	var asking sync.WaitGroup
	for asker := range 8 {
		asking.Go(func() {
			for i := range 300 {
				text := strconv.Itoa(asker) + "/" + strconv.Itoa(i)
				message := b.submitAndLeave(text)
				mu.Lock()
				if message == nil {
					failed++
				} else {
					stored++
				}
				mu.Unlock()
				if message != nil {
					b.lookupAndLeave(message)
				}
			}
		})
	}
	asking.Wait()
	stats, err := b.Stats(t.Context())
	if err != nil || stats.Messages != stored {
		t.Errorf("the broker holds %+v (%v), want %d messages; %d askers left before", stats, err, stored, failed)
	}
}

// leaving returns a context that ends about now.
func leaving() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	go cancel(errGone)
	return ctx
}

// submitAndLeave returns nil if it was too late.
func (b *running) submitAndLeave(text string) *broker.Message {
	message, err := b.Broker.Submit(leaving(), netip.Prefix{}, text)
	if err != nil && !errors.Is(err, errGone) {
		b.t.Errorf("submit %q: %v", text, err)
	}
	return message
}

func (b *running) lookupAndLeave(message *broker.Message) {
	status, err := b.Broker.Lookup(leaving(), message.ID)
	if err == nil && status.Message != message || err != nil && !errors.Is(err, errGone) {
		b.t.Errorf("lookup %v: %+v %v, want %+v or %v", message.ID, status, err, message, errGone)
	}
}
