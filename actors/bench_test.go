package actors_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

// sources yield at least 100 texts, or n if that is more.
var sources = map[string]func(n int) actors.Source{
	"characters": func(n int) actors.Source {
		return actors.NewIndex(strings.Repeat("e\u0301", max(n, 100)), actors.Character).Source()
	},
	"words": func(n int) actors.Source {
		return actors.NewIndex(strings.Repeat("word ", max(n, 100)), actors.Word).Source()
	},
	"progress": func(int) actors.Source { return &endless{actors.Progress()} },
}

// endless starts the progress again where it ends.
type endless struct{ actors.Source }

func (e *endless) Next() (int, string, actors.Supply) {
	position, text, supply := e.Source.Next()
	if supply == actors.End {
		e.Source = actors.Progress()
		position, text, supply = e.Source.Next()
	}
	return position, text, supply
}

// TestNoAllocationPerChunk counts from the source to the reader's hands, both
// for chunks that are waited for and for those that are due already.
func TestNoAllocationPerChunk(t *testing.T) {
	const runs, chunks = 4, 20 // and one run more, to warm up: 100 chunks
	for name, source := range sources {
		for _, lag := range []time.Duration{0, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				s := start(t, ctx, actors.Plan{
					Source: source(100),
					Start:  time.Now().Add(-lag),
					Pace:   actors.Pace{Interval: interval},
				})
				n := testing.AllocsPerRun(runs, func() {
					for range chunks {
						<-s.Chunks()
					}
				})
				if n != 0 {
					t.Errorf("%s, %v behind: %v allocations in %d chunks", name, lag, n, chunks)
				}
				cancel()
				for range s.Chunks() {
				}
			})
		}
	}
}

// BenchmarkStreamer is the cost of one chunk from the source to its reader,
// for a stream that is behind and so never waits.
func BenchmarkStreamer(b *testing.B) {
	for name, source := range sources {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			s := actors.New(actors.Plan{Clock: actors.NewClock(), Source: source(b.N), Start: time.Now().Add(-time.Hour), Pace: actors.Pace{Interval: 1}})
			ctx, cancel := context.WithCancel(b.Context())
			b.ResetTimer()
			go s.Run(ctx) // ends below
			for range b.N {
				<-s.Chunks()
			}
			cancel()
			for range s.Chunks() {
			}
		})
	}
}

// BenchmarkNew is the cost of a stream beside its chunks.
func BenchmarkNew(b *testing.B) {
	text := strings.Repeat("a", 1000)
	index := actors.NewIndex(text, actors.Character)
	clock := actors.NewClock()
	b.ReportAllocs()
	for b.Loop() {
		s := actors.New(actors.Plan{Clock: clock, Source: index.Source(), From: len(text)})
		s.Run(b.Context())
	}
}
