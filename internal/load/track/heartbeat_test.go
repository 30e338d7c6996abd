package track

import (
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

func heartbeat(lastEventID string) eventstream.Event {
	return eventstream.Event{Type: []byte("heartbeat"), ID: []byte(lastEventID), Data: []byte("{}")}
}

// Heartbeats that are events are none to a judge: neither too much nor in the place of
// a chunk, and no gap ends with one.
func TestHeartbeats(t *testing.T) {
	b := characters("hi")
	b.open()
	b.at(1000 * ms).event(heartbeat(""))
	b.chunks(0)
	for _, at := range []time.Duration{1010 * ms, 1020 * ms, 1040 * ms} {
		b.at(at).event(heartbeat("0"))
	}
	b.chunks(1)
	b.event(heartbeat("1"))
	b.done()
	want := measure.Counts{Streams: 1, Connections: 1, Completed: 1, Judged: 1, Good: 1, Events: 2, Steady: 2}
	if got := b.counts(); got != want {
		t.Errorf("\ngot  %+v\nwant %+v", got, want)
	}
	if gaps := b.ledger.Tally.Distributions.Overall(measure.ITL); gaps.TotalCount() != 1 || !near(gaps.Max(), 50*ms) {
		t.Errorf("%d gaps up to %d µs, want one of 50 ms", gaps.TotalCount(), gaps.Max())
	}
}

// A stream of which nothing is known is not taken for one without numbers because it
// begins with a heartbeat. What is no heartbeat of ours counts as before.
func TestHeartbeatsOfAnyStream(t *testing.T) {
	b := newBench(Plan{Kind: Any})
	b.open()
	b.event(heartbeat(""))
	b.event(numberedEvent(70, "a"))
	b.event(heartbeat("70"))
	b.event(numberedEvent(72, "c"))
	b.event(eventstream.Event{Type: []byte("heartbeat"), ID: []byte("73"), Data: []byte("tick")})
	b.stream.Finish(b.ledger)
	if got := b.counts(); got.Events != 3 || got.Lost != 1 || got.Unnumbered != 0 || got.Duplicate != 0 {
		t.Errorf("%+v; want three events, one lost", got)
	}
}

// Who says that a heartbeat is the end of the stream is believed.
func TestHeartbeatAsTheEnd(t *testing.T) {
	b := newBench(Plan{Kind: Any, Done: "event:heartbeat"})
	b.open()
	b.event(numberedEvent(1, "a"))
	if over := b.event(heartbeat("1")); !over {
		t.Error("the stream goes on")
	}
}
