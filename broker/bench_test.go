package broker_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/broker"
)

// Every benchmark here runs the broker as the server does. Those that ask it
// report ops/s: commands that were carried out and answered each second.

func BenchmarkSubmit(b *testing.B) {
	for _, size := range []int{16, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			text := strings.Repeat("x", size)
			target := start(b, broker.Config{MaxMessages: 1000}) // most evict one
			b.SetBytes(int64(size))
			measure(b, func() { target.Submit(text) })
		})
	}
}

func BenchmarkLookup(b *testing.B) {
	target := start(b, broker.Config{})
	message := target.Submit("a")
	b.Run("askers=1", func(b *testing.B) { measure(b, func() { target.Lookup(message) }) })
	b.Run("askers=100", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(100) // for each processor
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				target.Lookup(message)
			}
		})
		reportRate(b)
	})
}

// BenchmarkSubscribeCancel is the whole life of a stream whose client leaves at
// once: two commands, a context and a goroutine.
func BenchmarkSubscribeCancel(b *testing.B) {
	target := start(b, broker.Config{})
	request := requestOf(target.Submit("a"))
	measure(b, func() { target.subscribeCancel(request) })
}

func (b *running) subscribeCancel(request broker.Request) {
	s := b.Subscribe(b.t.Context(), request)
	s.Cancel(broker.ErrClientGone)
	for range s.Chunks() {
	}
}

// BenchmarkFanOut is one chunk of a message to each of its readers, who are as
// fast as they can.
func BenchmarkFanOut(b *testing.B) {
	for _, readers := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("subscribers=%d", readers), func(b *testing.B) {
			target := start(b, broker.Config{MaxBytes: 1 << 40})
			request := requestOf(target.Submit(strings.Repeat("x", b.N)))
			request.Interval = 1 // so all that is not sent is due
			subscriptions := make([]*broker.Subscription, readers)
			for i := range subscriptions {
				subscriptions[i] = target.Subscribe(b.Context(), request)
			}
			b.ReportAllocs()
			b.ResetTimer()
			readAll(subscriptions).Wait()
			b.ReportMetric(float64(b.N*readers)/b.Elapsed().Seconds(), "chunks/s")
		})
	}
}

// readAll reads each stream to its end, in a goroutine of its own.
func readAll(subscriptions []*broker.Subscription) *sync.WaitGroup {
	var reading sync.WaitGroup
	for _, s := range subscriptions {
		reading.Go(func() {
			for range s.Chunks() {
			}
		})
	}
	return &reading
}

// BenchmarkWhileStreaming asks a broker that has 10 000 streams of about ten
// chunks a second. It reports the time within which 99 of 100 are answered.
func BenchmarkWhileStreaming(b *testing.B) {
	target := start(b, broker.Config{})
	request := requestOf(target.Submit(strings.Repeat("x", 1<<20))) // for half a day
	subscriptions := make([]*broker.Subscription, 10_000)
	for i := range subscriptions {
		// Various intervals, so that the streams do not go in step.
		request.Interval = 50*time.Millisecond + time.Duration(i)*10*time.Microsecond
		subscriptions[i] = target.Subscribe(b.Context(), request)
	}
	reading := readAll(subscriptions)
	message := target.Submit("a")
	for _, bench := range []struct {
		name string
		op   func()
	}{
		{"Lookup", func() { target.Lookup(message) }},
		{"SubscribeCancel", func() { target.subscribeCancel(requestOf(message)) }},
		{"Submit", func() { target.Submit("a") }},
	} {
		b.Run(bench.name, func(b *testing.B) { measureLatency(b, bench.op) })
	}
	target.endStreams(errGone, len(subscriptions))
	reading.Wait()
}

func measure(b *testing.B, op func()) {
	b.ReportAllocs()
	for b.Loop() {
		op()
	}
	reportRate(b)
}

func reportRate(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s") }

func measureLatency(b *testing.B, op func()) {
	latencies := make([]time.Duration, 0, 1<<20)
	for b.Loop() {
		begin := time.Now()
		op()
		latencies = append(latencies, time.Since(begin))
	}
	reportRate(b)
	slices.Sort(latencies)
	b.ReportMetric(float64(latencies[len(latencies)*99/100]), "p99-ns")
}
