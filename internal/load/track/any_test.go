package track

import (
	"fmt"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

func numberedEvent(n int, data string) eventstream.Event {
	return eventstream.Event{ID: fmt.Append(nil, n), Data: []byte(data)}
}

// Streams of which nothing is known in advance.
func TestAnyStream(t *testing.T) {
	tests := []struct {
		name   string
		events []eventstream.Event
		want   measure.Counts // faults only
	}{
		{"ids from anywhere", []eventstream.Event{numberedEvent(70, "a"), numberedEvent(71, "b")}, measure.Counts{}},
		{"an id missing", []eventstream.Event{numberedEvent(70, "a"), numberedEvent(72, "b")}, measure.Counts{Lost: 1}},
		{"an id twice", []eventstream.Event{numberedEvent(7, "a"), numberedEvent(7, "a"), numberedEvent(8, "a")}, measure.Counts{Duplicate: 1}},
		{"events without id among them", []eventstream.Event{
			numberedEvent(7, "a"), numberedEvent(7, "ping"),
			numberedEvent(7, "ping"), numberedEvent(8, "b"),
		}, measure.Counts{}},
		{"no numbers at all", []eventstream.Event{{Data: []byte("x")}, {Data: []byte("x")}}, measure.Counts{}},
		{"ids that are no numbers", []eventstream.Event{{ID: []byte("a1"), Data: []byte("x")}, {ID: []byte("a9"), Data: []byte("x")}}, measure.Counts{}},
		{"positions", []eventstream.Event{chunk(0, "a", 3), chunk(2, "c", 3)}, measure.Counts{Lost: 1}},
		{
			"positions and digest",
			[]eventstream.Event{chunk(0, "a", 2), chunk(1, "b", 2), done(2, NewScript("ab").sha256)},
			measure.Counts{Completed: 1},
		},
		{
			"a wrong digest",
			[]eventstream.Event{chunk(0, "a", 2), chunk(1, "X", 2), done(2, NewScript("ab").sha256)},
			measure.Counts{Completed: 1, Corrupt: 1},
		},
		{"other people's done", []eventstream.Event{{Type: []byte("done"), Data: []byte("yes")}, {Data: []byte("x")}}, measure.Counts{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(Plan{Kind: Any})
			b.open()
			for _, e := range tt.events {
				b.event(e)
			}
			b.stream.seq.Settle(b.stream.seq.Next(), b.stream.loser(b.ledger))
			c := b.counts()
			got := measure.Counts{Completed: c.Completed, Lost: c.Lost, Duplicate: c.Duplicate, Reordered: c.Reordered, Corrupt: c.Corrupt}
			if got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
			if n := b.ledger.Tally.Distributions.Overall(measure.Lateness).TotalCount(); n != 0 {
				t.Errorf("%d latenesses without a schedule", n)
			}
		})
	}
}

func TestAnySchedule(t *testing.T) {
	tests := []struct {
		name       string
		firstEvent bool
		latest     time.Duration
	}{
		{"from the request", false, 30 * ms},
		{"from the first event", true, 10 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(Plan{Kind: Any, Interval: interval, FirstEvent: tt.firstEvent})
			b.open()
			b.at(1020 * ms).event(numberedEvent(5, "a"))
			b.at(1080 * ms).event(numberedEvent(6, "b"))
			h := b.ledger.Tally.Distributions.In(measure.Lateness, measure.Steady)
			if h.TotalCount() != 2 || !near(h.Max(), tt.latest) {
				t.Errorf("%d values up to %d µs, want 2 up to %v", h.TotalCount(), h.Max(), tt.latest)
			}
		})
	}
}

// Without numbers, but with an interval, it is still known how many events
// should have come.
func TestUnnumberedLoss(t *testing.T) {
	b := newBench(Plan{Kind: Any, Interval: interval})
	b.open()
	for k := range 3 {
		b.at(time.Second + time.Duration(k)*interval).event(eventstream.Event{Data: []byte("tick")})
	}
	b.ledger.Windows = Windows{Steady: 1210 * ms, End: 2 * time.Second}
	b.close(Stopped, true)
	b.stream.Finish(b.ledger)
	if got := b.counts().Lost; got != 2 {
		t.Errorf("%d lost, want those due at 1.15 and 1.2 s", got)
	}
}

func TestAnyNoMore(t *testing.T) {
	b := newBench(Plan{Kind: Any})
	b.open()
	b.event(numberedEvent(1, "a"))
	b.close(Ended, false)
	b.close(NoMore, true)
	b.stream.Finish(b.ledger)
	got := b.counts()
	if got.Completed != 1 || got.Truncated != 0 || got.Failed != 0 {
		t.Errorf("got %+v, want one completed stream", got)
	}
}

// A position from far ahead of the schedule must not make the time line longer
// than the run, nor be waited for.
func TestPositionsFarAhead(t *testing.T) {
	b := newBench(Plan{Kind: Any, Interval: interval, Numbering: ByID})
	b.open()
	for k := range 10_000 {
		b.at(time.Second + time.Duration(k)*ms).event(numberedEvent(k*(maxJump-1), "x"))
	}
	b.stream.Finish(b.ledger)
	if got, want := len(b.ledger.Tally.Timeline), 66; got > want { // the run ends at 65 s
		t.Errorf("a time line of %d s, want %d at most", got, want)
	}
	if got := b.counts(); got.Lost != 9999*(maxJump-2) {
		t.Errorf("%d lost, want %d", got.Lost, 9999*(maxJump-2))
	}
	if late := b.ledger.Tally.Distributions.Overall(measure.Lateness); late.TotalCount() > 10_000+64_000/50+1 {
		t.Errorf("%d latenesses, want those of events, and of what was due within the run", late.TotalCount())
	}
}

// Ids number a stream's events only if the second is near the first.
func TestDetectNumberedIDs(t *testing.T) {
	tests := []struct {
		name       string
		ids        []string
		unnumbered uint64
		lost       uint64
	}{
		{"near", []string{"100", "164"}, 0, 63},
		{"backwards", []string{"100", "99"}, 0, 0},
		{"far", []string{"100", "165", "3", "900000"}, 1, 0},
		{"far back", []string{"1000", "3", "900000"}, 1, 0},
		{"the first one twice, then far", []string{"7", "7", "900000"}, 1, 0},
		{"near, and far later", []string{"7", "8", "900000"}, 0, 899_991},
		{"hexadecimal, and the first without letters", []string{"71829301", "a2bc91ff", "12"}, 1, 0},
		{"one", []string{"7"}, 0, 0},
	}
	for _, tt := range tests {
		b := newBench(Plan{Kind: Any})
		b.open()
		for _, id := range tt.ids {
			b.event(eventstream.Event{ID: []byte(id), Data: []byte("x")})
		}
		b.stream.Finish(b.ledger)
		if got := b.counts(); got.Unnumbered != tt.unnumbered || got.Lost != tt.lost {
			t.Errorf("%s: %d streams without numbers, %d lost; want %d, %d", tt.name, got.Unnumbered, got.Lost, tt.unnumbered, tt.lost)
		}
	}
}
