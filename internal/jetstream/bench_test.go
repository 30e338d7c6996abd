package jetstream_test

import (
	"fmt"
	"strings"
	"testing"

	"sseserver/broker"
	"sseserver/internal/jetstream"
	"sseserver/internal/jetstream/enginetest"
)

// What the engine takes for records of 200 bytes. It shares the machine with the
// benchmark.

var bytes200 = strings.Repeat("0123456789", 20)

func BenchmarkAdd(b *testing.B) {
	for _, replicas := range []int{1, 3} {
		b.Run(fmt.Sprintf("replicas=%d", replicas), func(b *testing.B) {
			engines := enginetest.Start(b, replicas)
			store := open(b, jetstream.Config{URLs: engines.URLs(), Replicas: replicas})
			id, after := newID(), uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				after = add(b, store, id, after, record(bytes200))
			}
		})
		b.Run(fmt.Sprintf("replicas=%d/parallel", replicas), func(b *testing.B) {
			engines := enginetest.Start(b, replicas)
			store := open(b, jetstream.Config{URLs: engines.URLs(), Replicas: replicas})
			b.SetParallelism(32)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				id, after := newID(), uint64(0)
				for pb.Next() {
					stamp, err := store.Add(b.Context(), id, after, record(bytes200))
					if err != nil {
						b.Error(err)
						return
					}
					after = stamp.Version
				}
			})
		})
	}
}

func BenchmarkLast(b *testing.B) {
	store, id, _ := written(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := store.Last(b.Context(), id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{50, 2_000} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			store, id, to := written(b, n)
			b.ReportAllocs()
			for b.Loop() {
				records, err := store.Read(b.Context(), id, 0, to)
				if err != nil || len(records) != n {
					b.Fatal(len(records), err)
				}
			}
		})
	}
}

// BenchmarkFollow is from Add until the follower has the record.
func BenchmarkFollow(b *testing.B) {
	store, id, after := written(b, 1)
	records := make(chan broker.Record, 1)
	defer store.Follow(id, func(r broker.Record) { records <- r })()
	b.ReportAllocs()
	for b.Loop() {
		after = add(b, store, id, after, record(bytes200))
		if r := <-records; r.Version != after {
			b.Fatal(r.Version, after)
		}
	}
}

// written returns a message with n records among 2 000 others.
func written(b *testing.B, n int) (store *jetstream.Store, id broker.MessageID, last uint64) {
	b.Helper()
	store = open(b, jetstream.Config{URLs: enginetest.Start(b, 1).URLs()})
	for range 2_000 {
		add(b, store, newID(), 0, record(bytes200))
	}
	id = newID()
	for range n {
		last = add(b, store, id, last, record(bytes200))
	}
	return store, id, last
}
