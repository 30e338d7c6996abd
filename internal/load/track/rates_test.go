package track

import (
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// one is the only value of a metric over the whole run, in its unit.
func one(t *testing.T, b *bench, m measure.Metric) float64 {
	t.Helper()
	h := b.ledger.Tally.Distributions.Overall(m)
	if h.TotalCount() != 1 {
		t.Fatalf("%v: %d values, want one", m, h.TotalCount())
	}
	return float64(h.Max()) / m.Unit().Scale()
}

// within 0.1 %, which is what a histogram keeps.
func about(got, want float64) bool { return got >= want*0.999 && got <= want*1.001 }

// The rates are counted from the request, not from the first event: a stream
// that thinks for long is slow, too.
func TestRatesOfAStream(t *testing.T) {
	b := newBench(Plan{Kind: Any})
	b.open() // at 1 s, planned at 0.9 s
	for i := range 5 {
		b.at(2*time.Second + time.Duration(i)*500*ms).event(eventstream.Event{Data: []byte("x")})
	}
	b.stream.Received(600)
	b.stream.Received(300)
	b.at(9*time.Second).close(NoMore, true)
	b.stream.Finish(b.ledger)
	if got := one(t, b, measure.EventRate); !about(got, 5./3) { // 5 events from 1 s to 4 s
		t.Errorf("%v events per second, want 1.667", got)
	}
	if got := one(t, b, measure.ByteRate); !about(got, 300) {
		t.Errorf("%v bytes per second, want 300", got)
	}
	if got := one(t, b, measure.Duration); !about(got, 8100) {
		t.Errorf("duration %v ms, want 8100", got)
	}
}

// A resumed stream is one: what its outage cost lowers its rates.
func TestRatesSpanReconnections(t *testing.T) {
	b := newBench(Plan{Kind: Any})
	b.open()
	b.at(2 * time.Second).event(numberedEvent(1, "a"))
	b.close(Truncated, false)
	b.at(4 * time.Second).open()
	b.at(5 * time.Second).event(numberedEvent(2, "b"))
	b.stream.Finish(b.ledger)
	if got := one(t, b, measure.EventRate); !about(got, 0.5) {
		t.Errorf("%v events per second, want 0.5", got)
	}
	if n := b.ledger.Tally.Distributions.Overall(measure.Duration).TotalCount(); n != 0 {
		t.Error("a stream that was cut off has a duration")
	}
}

// Streams without events have no rates, and slow clients none that count.
func TestNoRates(t *testing.T) {
	silent := newBench(Plan{Kind: Any})
	silent.open()
	silent.stream.Received(17)
	silent.stream.Finish(silent.ledger)
	unjudged := newBench(Plan{Kind: Any})
	unjudged.stream = NewStream(unjudged.ledger, Subject{Unjudged: true})
	unjudged.open()
	unjudged.at(2 * time.Second).event(numberedEvent(1, "a"))
	unjudged.event(numberedEvent(2, "a"))
	unjudged.close(NoMore, true)
	unjudged.stream.Finish(unjudged.ledger)
	for _, b := range []*bench{silent, unjudged} {
		for _, m := range []measure.Metric{measure.EventRate, measure.ByteRate, measure.Duration} {
			if n := b.ledger.Tally.Distributions.Overall(m).TotalCount(); n != 0 {
				t.Errorf("%d values of %v, want none", n, m)
			}
		}
		if n := b.counts().Coalesced; n != 0 {
			t.Errorf("%d coalesced, want none", n)
		}
	}
}

// Events of one read have the same arrival, whatever lies between the reads.
func TestCoalesced(t *testing.T) {
	b := newBench(Plan{Kind: Any})
	b.open()
	for _, at := range []time.Duration{1010, 1010, 1010, 1020, 1020} {
		b.at(at * ms).event(eventstream.Event{Data: []byte("x")})
	}
	b.close(Truncated, false)
	b.open()
	b.event(eventstream.Event{Data: []byte("x")}) // the first of its connection
	if got := b.counts().Coalesced; got != 3 {
		t.Errorf("%d coalesced, want 3", got)
	}
}
