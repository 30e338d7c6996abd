package broker_test

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"sseserver/broker"
)

// BenchmarkAppend appends four bytes to live messages that nobody reads, to one
// after the other.
func BenchmarkAppend(b *testing.B) {
	for _, messages := range []int{1, 2000} {
		b.Run(fmt.Sprintf("messages=%d", messages), func(b *testing.B) {
			target := startRoomy(b)
			var ids []broker.MessageID
			for range messages {
				ids = append(ids, target.openAny())
			}
			n := 0
			measure(b, 2, func() { // the first command finds the message
				n++
				target.appendAny(ids[n%messages])
			})
		})
	}
}

// BenchmarkAppendFanOut is one append to each of a live message's readers. Beside
// BenchmarkFanOut, it shows what telling the streamers costs, and waking each.
func BenchmarkAppendFanOut(b *testing.B) {
	for _, readers := range []int{1, 100, 2000} {
		b.Run(fmt.Sprintf("subscribers=%d", readers), func(b *testing.B) {
			target := startRoomy(b)
			id := target.openAny()
			var arriving, reading sync.WaitGroup
			for range readers {
				s, _ := target.subscribe(live(id))
				reading.Go(func() {
					for range s.Chunks() {
						arriving.Done()
					}
				})
			}
			b.ReportAllocs()
			for b.Loop() {
				arriving.Add(readers)
				target.appendAny(id)
				arriving.Wait()
			}
			b.ReportMetric(float64(b.N*readers)/b.Elapsed().Seconds(), "chunks/s")
			_, _, err := target.Complete(b.Context(), id, broker.AtEnd)
			target.must(err)
			reading.Wait()
		})
	}
}

// startRoomy starts a broker whose messages may grow for as long as a benchmark runs.
func startRoomy(b *testing.B) *running {
	return start(b, broker.Config{MaxBytes: 1 << 40, MaxMessageBytes: 1 << 32})
}

func (b *running) openAny() broker.MessageID {
	message, err := b.Broker.Open(b.t.Context(), netip.Prefix{}, "")
	b.must(err)
	return message.ID
}

func (b *running) appendAny(id broker.MessageID) {
	_, err := b.Append(b.t.Context(), id, broker.AtEnd, "abc ")
	b.must(err)
}
