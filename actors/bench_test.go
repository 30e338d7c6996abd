package actors_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
)

// sources yield at least 100 texts, or n if that is more.
var sources = map[string]func(n int) actors.Source{
	"characters": func(n int) actors.Source {
		return actors.Split(strings.Repeat("e\u0301", max(n, 100)), actors.Character)
	},
	"words":    func(n int) actors.Source { return actors.Split(strings.Repeat("word ", max(n, 100)), actors.Word) },
	"progress": func(int) actors.Source { return &endless{actors.Progress()} },
}

// endless starts the progress again where it ends.
type endless struct{ actors.Source }

func (e *endless) Next() (string, bool) {
	text, ok := e.Source.Next()
	if !ok {
		e.Source = actors.Progress()
		text, ok = e.Source.Next()
	}
	return text, ok
}

// TestNoAllocationPerChunk counts from the source to the reader's hands, both
// for chunks that are waited for and for those that are due already.
func TestNoAllocationPerChunk(t *testing.T) {
	const runs, chunks = 4, 20 // and one run more, to warm up: 100 chunks
	for name, source := range sources {
		for _, lag := range []time.Duration{0, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, t.Context(), actors.Plan{
					Source: source(100),
					End:    100,
					Pace:   actors.Pace{Start: time.Now().Add(-lag), Interval: interval},
				})
				n := testing.AllocsPerRun(runs, func() {
					for range chunks {
						<-s.Chunks()
					}
				})
				if n != 0 {
					t.Errorf("%s, %v behind: %v allocations in %d chunks", name, lag, n, chunks)
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
			s := actors.New(b.Context(), actors.Plan{Clock: actors.NewClock(), Source: source(b.N), End: b.N, Pace: actors.Pace{Interval: 1}})
			b.ResetTimer()
			go s.Run() // ends below, with its last chunk
			for range s.Chunks() {
			}
			if err := s.Err(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkNew is the cost of a stream beside its chunks.
func BenchmarkNew(b *testing.B) {
	text := strings.Repeat("a", 1000)
	b.ReportAllocs()
	for b.Loop() {
		s := actors.New(b.Context(), actors.Plan{Source: actors.Split(text, actors.Character)})
		s.Run()
	}
}

// BenchmarkCount is the cost of splitting, which Submit pays once for each unit.
func BenchmarkCount(b *testing.B) {
	text := strings.Repeat("naïve 👩‍🚀 text\r\n", 1000)
	for unit, name := range map[actors.Unit]string{actors.Character: "characters", actors.Word: "words"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				actors.Count(text, unit)
			}
		})
	}
}
