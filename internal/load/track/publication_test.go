package track

import (
	"fmt"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// hub is a stream of publications: one each 100 ms from 1 s on, ten in all, in
// a run whose steady window ends at 2 s.
func hub(t *testing.T) *bench {
	t.Helper()
	path, err := ParsePath("data.n")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(Plan{
		Kind: Any, Numbering: ByPath, NumberAt: path, Interval: 100 * ms,
		Publications: &Publications{Start: time.Second, Count: 10},
	})
	b.ledger.Windows.Steady = 2 * time.Second
	return b
}

func (b *bench) published(numbers ...int) {
	for _, n := range numbers {
		b.now = max(b.now, time.Second+time.Duration(n)*100*ms+5*ms)
		b.event(eventstream.Event{Data: fmt.Appendf(nil, `{"n":%d}`, n)})
	}
}

func TestPublications(t *testing.T) {
	tests := []struct {
		name string
		do   func(b *bench)
		want measure.Counts
	}{
		{"all", func(b *bench) { b.at(100 * ms).open(); b.published(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 10}},
		{"the first is missing", func(b *bench) { b.at(100 * ms).open(); b.published(1, 2, 3, 4, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 9, Lost: 1}},
		{"the last is missing", func(b *bench) { b.at(100 * ms).open(); b.published(0, 1, 2, 3, 4, 5, 6, 7, 8) }, measure.Counts{Delivered: 9, Lost: 1}},
		{"none", func(b *bench) { b.at(100 * ms).open() }, measure.Counts{Lost: 10}},
		{"one twice", func(b *bench) { b.at(100 * ms).open(); b.published(0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 10, Duplicate: 1}},
		{"two swapped", func(b *bench) { b.at(100 * ms).open(); b.published(0, 1, 3, 2, 4, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 10, Reordered: 1}},
		{"joined late", func(b *bench) { b.at(1350 * ms).open(); b.published(4, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 6}},
		{"joined late, with what was before", func(b *bench) { b.at(1350 * ms).open(); b.published(2, 3, 4, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 8}},
		{"joined late, and missed the first", func(b *bench) { b.at(1350 * ms).open(); b.published(5, 6, 7, 8, 9) }, measure.Counts{Delivered: 5, Lost: 1}},
		{"joined late, what was before comes later", func(b *bench) { b.at(1350 * ms).open(); b.published(4, 3, 5, 6, 7, 8, 9) }, measure.Counts{Delivered: 6}},
		{"joined when all was over", func(b *bench) { b.at(1950 * ms).open() }, measure.Counts{}},
		{"never opened", func(b *bench) { b.close(Failure, true) }, measure.Counts{Failed: 1}},
		{"leftovers of an earlier run", func(b *bench) {
			b.at(100 * ms).open()
			b.event(eventstream.Event{Data: []byte(`{"n":7}`)})
			b.event(eventstream.Event{Data: []byte(`{"n":1048576000}`)})
			b.published(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
		}, measure.Counts{Delivered: 10, Early: 2}},
		{"resumed", func(b *bench) {
			b.at(100 * ms).open()
			b.published(0, 1)
			b.close(Ended, false)
			b.at(1450 * ms).open()
			b.published(2, 3, 4, 5, 6, 7, 8, 9)
		}, measure.Counts{Delivered: 10, Reconnects: 1}},
		{"resumed, what was between is lost", func(b *bench) {
			b.at(100 * ms).open()
			b.published(0, 1)
			b.close(Ended, false)
			b.at(1450 * ms).open()
			b.published(5, 6, 7, 8, 9)
		}, measure.Counts{Delivered: 7, Lost: 3, Reconnects: 1, ResumedWrong: 1}},
		{"reconnected before the first", func(b *bench) {
			b.at(100 * ms).open()
			b.close(Ended, false)
			b.at(1250 * ms).open()
			b.published(3, 4, 5, 6, 7, 8, 9)
		}, measure.Counts{Delivered: 7, Lost: 3, Reconnects: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := hub(t)
			tt.do(b)
			satisfied := b.stream.Satisfied(b.ledger)
			b.stream.Finish(b.ledger)
			c := b.counts()
			got := measure.Counts{
				Delivered: c.Delivered, Lost: c.Lost, Duplicate: c.Duplicate, Reordered: c.Reordered, Corrupt: c.Corrupt,
				Early: c.Early, Failed: c.Failed, Reconnects: c.Reconnects, ResumedWrong: c.ResumedWrong,
			}
			if got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
			if tt.want.Lost == 0 && !satisfied {
				t.Error("has all, and is not satisfied")
			}
		})
	}
}

// The schedule is the same for all connections: what comes after an outage is
// as late as it is.
func TestLatenessOfPublications(t *testing.T) {
	b := hub(t)
	b.at(100 * ms).open()
	b.published(0, 1)
	b.close(Ended, false)
	b.at(1450 * ms).open()
	b.published(2)
	h := b.ledger.Tally.Distributions.In(measure.Lateness, measure.Steady)
	if got := time.Duration(h.Max()) * time.Microsecond; h.TotalCount() != 3 || got.Round(ms) != 250*ms {
		t.Errorf("%d latenesses, the longest %v; want 3 and 250 ms", h.TotalCount(), got)
	}
	if got := time.Duration(h.Min()) * time.Microsecond; got.Round(ms) != 5*ms {
		t.Errorf("the shortest lateness is %v, want 5 ms", got)
	}
}
