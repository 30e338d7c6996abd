package broker

import (
	"net/netip"
	"testing"
	"time"
)

// BenchmarkState does without a goroutine what BenchmarkLife does with all of
// them: the difference is the price of asking.
func BenchmarkState(b *testing.B) {
	const operations = 5
	state := newState(limits{ttl: time.Hour, messages: 10, bytes: 10, streams: 10})
	message := newMessage(numbered(1), "a", time.Now())
	b.ReportAllocs()
	for b.Loop() {
		now := time.Now()
		_, _ = state.submit(now, netip.Prefix{}, message)
		_, _ = state.lookup(now, message.ID)
		stream, _, _ := state.subscribe(now, netip.Prefix{}, message.ID, Characters, nil)
		state.ended(now, stream)
		state.delete(now, message.ID)
	}
	b.ReportMetric(float64(operations*b.N)/b.Elapsed().Seconds(), "ops/s")
}
