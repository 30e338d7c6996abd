package track

import (
	"strings"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/threshold"
)

// The whole judgement of one event, which is what a client does besides reading
// and parsing.
func BenchmarkEvent(b *testing.B) {
	const chunks = 1000
	script := NewScript(strings.Repeat("a", chunks))
	var events []eventstream.Event
	for pos := range chunks {
		events = append(events, chunk(pos, "a", chunks))
	}
	t := newBench(Plan{Kind: Characters, Script: script, Interval: interval, Budgets: threshold.Budgets(threshold.Defaults())})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%chunks == 0 {
			t.stream = NewStream(t.ledger, Subject{MessageID: id})
			t.stream.Opened(t.ledger, time.Second, time.Second, false)
		}
		t.stream.Event(t.ledger, events[i%chunks], time.Second+time.Duration(i%chunks)*interval)
	}
}
