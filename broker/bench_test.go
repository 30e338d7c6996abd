package broker_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/broker"
)

// Every benchmark here runs the broker as the server does. Those that ask it
// report ops/s: how many commands the loop carried out each second, of which
// the end of a stream is one and an eviction is none. What the askers do for
// their commands, such as hashing a message, is in the time; what tests do to
// tell where they failed is not, so they do not ask through the methods of running.

func BenchmarkSubmit(b *testing.B) {
	for _, size := range []int{16, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			text := strings.Repeat("x", size)
			target := start(b, broker.Config{MaxMessages: 1000}) // most evict one
			b.SetBytes(int64(size))
			measure(b, 1, func() { target.submit(text) })
		})
	}
}

func BenchmarkLookup(b *testing.B) {
	target := start(b, broker.Config{})
	message := target.Submit("a")
	b.Run("askers=1", func(b *testing.B) { measure(b, 1, func() { target.lookup(message) }) })
	b.Run("askers=100", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(100) // for each processor
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				target.lookup(message)
			}
		})
		reportRate(b, 1)
	})
}

// BenchmarkSubscribeCancel is the whole life of a stream whose client leaves at
// once: two commands and a goroutine.
func BenchmarkSubscribeCancel(b *testing.B) {
	target := start(b, broker.Config{})
	request := requestOf(target.Submit("a"))
	measure(b, 2, func() { target.subscribeCancel(request) })
}

// BenchmarkLife is the whole life of a message, with each operation once:
// submit, lookup, subscribe, end of the stream, delete.
func BenchmarkLife(b *testing.B) {
	target := start(b, broker.Config{})
	measure(b, 5, func() {
		message := target.submit("a")
		target.lookup(message)
		target.subscribeCancel(requestOf(message))
		_, _, err := target.Broker.Delete(b.Context(), message.ID)
		target.must(err)
	})
}

// BenchmarkFanOut is one chunk of a message to each of its readers, who are as
// fast as they can.
func BenchmarkFanOut(b *testing.B) {
	for _, readers := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("subscribers=%d", readers), func(b *testing.B) {
			target := start(b, broker.Config{MaxBytes: 1 << 40})
			request := requestOf(target.Submit(strings.Repeat("x", b.N)))
			request.Interval = 1 // so all that is not sent is due
			subscriptions := make([]subscription, readers)
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
func readAll(subscriptions []subscription) *sync.WaitGroup {
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
// chunks a second, at a steady rate: who asks as fast as they can has the
// processor for long, and hardly ever meets a stream. It reports the time from
// the question to the answer, in the middle, of 99 in 100, and the longest: so
// long a command queues, is carried out, and the asker is woken.
func BenchmarkWhileStreaming(b *testing.B) {
	target := start(b, broker.Config{})
	request := requestOf(target.Submit(strings.Repeat("x", 1<<20))) // for half a day
	subscriptions := make([]subscription, 10_000)
	for i := range subscriptions {
		// Various intervals, so that the streams do not go in step.
		request.Interval = 50*time.Millisecond + time.Duration(i)*10*time.Microsecond
		subscriptions[i] = target.Subscribe(b.Context(), request)
	}
	reading := readAll(subscriptions)
	message := target.Submit("a")
	for name, do := range map[string]func(){
		"Lookup":    func() { target.lookup(message) },
		"Submit":    func() { target.submit("a") },
		"Subscribe": func() { _, leave := target.subscribe(requestOf(message)); leave(errGone) },
	} {
		b.Run(name, func(b *testing.B) { measureLatency(b, do) })
	}
	_, err := target.EndStreams(b.Context(), errGone)
	target.must(err)
	reading.Wait()
}

func (b *running) submit(text string) *broker.Message {
	message, err := b.Broker.Submit(b.t.Context(), netip.Prefix{}, text)
	b.must(err)
	return message
}

func (b *running) lookup(message *broker.Message) {
	_, err := b.Broker.Lookup(b.t.Context(), message.ID)
	b.must(err)
}

func (b *running) subscribe(request broker.Request) (*broker.Subscription, context.CancelCauseFunc) {
	ctx, leave := context.WithCancelCause(context.Background())
	s, err := b.Broker.Subscribe(ctx, leave, request)
	b.must(err)
	return s, leave
}

// subscribeCancel also waits until the stream has ended.
func (b *running) subscribeCancel(request broker.Request) {
	s, leave := b.subscribe(request)
	leave(broker.ErrClientGone)
	for range s.Chunks() {
	}
}

func (b *running) must(err error) {
	if err != nil {
		b.t.Error(err)
	}
}

// measure repeats do, which has the loop carry out so many commands.
func measure(b *testing.B, ops int, do func()) {
	b.ReportAllocs()
	for b.Loop() {
		do()
	}
	reportRate(b, ops)
}

func reportRate(b *testing.B, ops int) {
	b.ReportMetric(float64(b.N*ops)/b.Elapsed().Seconds(), "ops/s")
}

// measureLatency repeats do each millisecond.
func measureLatency(b *testing.B, do func()) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	var latencies []time.Duration
	for b.Loop() {
		<-ticker.C
		begin := time.Now()
		do()
		latencies = append(latencies, time.Since(begin))
	}
	slices.Sort(latencies)
	last := len(latencies) - 1
	b.ReportMetric(0, "ns/op") // would be that of the ticker; 0 leaves it out
	b.ReportMetric(float64(latencies[last/2]), "p50-ns")
	b.ReportMetric(float64(latencies[last*99/100]), "p99-ns")
	b.ReportMetric(float64(latencies[last]), "max-ns")
}
