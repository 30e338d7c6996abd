package track

import (
	"fmt"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
)

const (
	ms       = time.Millisecond
	id       = "5b0e37c1-9f4e-4f0a-8d0c-1a2b3c4d5e6f"
	interval = 50 * ms
)

// bench is one stream under test, opened at 1 s, in the steady window of a long
// run.
type bench struct {
	ledger *Ledger
	stream Stream
	script *Script
	now    time.Duration
}

func newBench(plan Plan) *bench {
	l := &Ledger{Plan: &plan, Windows: Windows{Ramp: time.Second, Steady: time.Minute, End: 65 * time.Second}}
	b := &bench{ledger: l, script: plan.Script, now: time.Second}
	messageID := id
	if plan.Kind == Any {
		messageID = ""
	}
	b.stream = NewStream(l, Subject{MessageID: messageID, Planned: 900 * ms})
	return b
}

func characters(text string) *bench {
	return newBench(Plan{Kind: Characters, Script: NewScript(text), Interval: interval})
}

func (b *bench) open() { b.stream.Opened(b.ledger, b.now, b.now+ms, b.stream.is(begun)) }

func (b *bench) at(now time.Duration) *bench { b.now = now; return b }

func (b *bench) event(e eventstream.Event) bool { return b.stream.Event(b.ledger, e, b.now) }

func (b *bench) close(cause Cause, final bool) { b.stream.Closed(b.ledger, b.now, cause, final) }

// chunks sends the chunks at the positions, each when it is due on a schedule
// that began at 1 s.
func (b *bench) chunks(positions ...int) {
	for _, pos := range positions {
		b.now = max(b.now, time.Second+time.Duration(pos)*interval)
		b.event(chunk(pos, b.script.Chunk(int64(pos)), b.script.Total()))
	}
}

// done ends the stream as the server does.
func (b *bench) done() {
	b.event(done(b.script.Total(), b.script.sha256))
	b.close(Stopped, true)
	b.stream.Finish(b.ledger)
}

func (b *bench) counts() measure.Counts { return b.ledger.Tally.Counts }

func chunk(pos int, text string, total int64) eventstream.Event {
	return eventstream.Event{
		ID:   fmt.Append(nil, pos),
		Data: fmt.Appendf(nil, `{"messageId":%q,"chunk":%q,"position":%d,"total":%d}`, id, text, pos, total),
	}
}

func percent(n int) eventstream.Event {
	return eventstream.Event{ID: fmt.Append(nil, n), Data: fmt.Appendf(nil,
		`{"messageId":%q,"completed":%v,"chunk":"Processing chunk %d%%","total":100}`, id, n == 100, n)}
}

func done(total int64, sha256 string) eventstream.Event {
	return eventstream.Event{
		Type: []byte("done"), ID: []byte("end"),
		Data: fmt.Appendf(nil, `{"messageId":%q,"total":%d,"sha256":%q}`, id, total, sha256),
	}
}

func resumedFrom(from int, resumed bool) eventstream.Event {
	return eventstream.Event{
		Type: []byte("resumed"),
		Data: fmt.Appendf(nil, `{"messageId":%q,"from":%d,"resumed":%v}`, id, from, resumed),
	}
}

// Every detector, each with exactly one thing wrong.
func TestDetectors(t *testing.T) {
	const text = "hello"
	all := measure.Counts{Streams: 1, Connections: 1, Completed: 1, Judged: 1}
	tests := []struct {
		name string
		send func(b *bench)
		want func(c *measure.Counts)
	}{
		{
			"nothing wrong", func(b *bench) { b.chunks(0, 1, 2, 3, 4); b.done() },
			func(c *measure.Counts) { c.Events, c.Good = 5, 1 },
		},
		{
			"one lost", func(b *bench) { b.chunks(0, 1, 3, 4); b.done() },
			func(c *measure.Counts) { c.Events, c.Lost = 4, 1 },
		},
		{
			"first and last lost", func(b *bench) { b.chunks(1, 2, 3); b.done() },
			func(c *measure.Counts) { c.Events, c.Lost = 3, 2 },
		},
		{
			"one doubled", func(b *bench) { b.chunks(0, 1, 1, 2, 3, 4); b.done() },
			func(c *measure.Counts) { c.Events, c.Duplicate = 6, 1 },
		},
		{
			"two swapped", func(b *bench) { b.chunks(0, 2, 1, 3, 4); b.done() },
			func(c *measure.Counts) { c.Events, c.Reordered = 5, 1 },
		},
		{
			"a wrong text", func(b *bench) { b.chunks(0, 1); b.event(chunk(2, "L", 5)); b.chunks(3, 4); b.done() },
			func(c *measure.Counts) { c.Events, c.Corrupt = 5, 1 },
		},
		{"no JSON", func(b *bench) {
			b.chunks(0, 1)
			b.event(eventstream.Event{ID: []byte("2"), Data: []byte("l")})
			b.chunks(3, 4)
			b.done()
		}, func(c *measure.Counts) { c.Events, c.Corrupt, c.Lost = 5, 1, 1 }},
		{"an id that is not the position", func(b *bench) {
			e := chunk(2, "l", 5)
			e.ID = []byte("7")
			b.chunks(0, 1)
			b.event(e)
			b.chunks(3, 4)
			b.done()
		}, func(c *measure.Counts) { c.Events, c.Corrupt = 5, 1 }},
		{
			"a position behind the end", func(b *bench) { b.chunks(0, 1, 2, 3, 4); b.event(chunk(5, "!", 5)); b.done() },
			func(c *measure.Counts) { c.Events, c.Corrupt = 6, 1 },
		},
		{"another message's id", func(b *bench) {
			b.stream.messageID = "other"
			b.chunks(0)
			b.stream.messageID = id
			b.chunks(1, 2, 3, 4)
			b.done()
		}, func(c *measure.Counts) { c.Events, c.Corrupt = 5, 1 }},
		{
			"a wrong digest", func(b *bench) { b.chunks(0, 1, 2, 3, 4); b.event(done(5, "00")); b.stream.Finish(b.ledger) },
			func(c *measure.Counts) { c.Events, c.Corrupt = 5, 1 },
		},
		{"a wrong total", func(b *bench) {
			b.chunks(0, 1, 2, 3, 4)
			b.event(done(4, b.script.sha256))
			b.stream.Finish(b.ledger)
		}, func(c *measure.Counts) { c.Events, c.Corrupt = 5, 1 }},
		{"cut and resumed", func(b *bench) {
			b.chunks(0, 1)
			b.close(Truncated, false)
			b.open()
			b.event(resumedFrom(2, true))
			b.chunks(2, 3, 4)
			b.done()
		}, func(c *measure.Counts) { c.Events, c.Truncated, c.Connections, c.Reconnects, c.Good = 5, 1, 2, 1, 1 }},
		{"ended in good order, but before done", func(b *bench) {
			b.chunks(0, 1)
			b.close(Ended, false)
			b.open()
			b.chunks(2, 3, 4)
			b.done()
		}, func(c *measure.Counts) { c.Events, c.Truncated, c.Connections, c.Reconnects, c.Good = 5, 1, 2, 1, 1 }},
		{"dropped by us and resumed", func(b *bench) {
			b.chunks(0, 1)
			b.close(Dropped, false)
			b.open()
			b.event(resumedFrom(2, true))
			b.chunks(2, 3, 4)
			b.done()
		}, func(c *measure.Counts) { c.Events, c.Dropped, c.Connections, c.Reconnects, c.Good = 5, 1, 2, 1, 1 }},
		{"begun anew and saying so", func(b *bench) {
			b.chunks(0, 1)
			b.close(Dropped, false)
			b.open()
			b.event(resumedFrom(0, false))
			b.chunks(0, 1, 2, 3, 4)
			b.done()
		}, func(c *measure.Counts) {
			c.Events, c.Dropped, c.Connections, c.Reconnects, c.ResumedWrong, c.Duplicate = 7, 1, 2, 1, 1, 2
		}},
		{"resumed too far on without a word", func(b *bench) {
			b.chunks(0, 1)
			b.close(Dropped, false)
			b.open()
			b.chunks(3, 4)
			b.done()
		}, func(c *measure.Counts) {
			c.Events, c.Dropped, c.Connections, c.Reconnects, c.ResumedWrong, c.Lost = 4, 1, 2, 1, 1, 1
		}},
		{"lost before a drop", func(b *bench) {
			b.chunks(0, 2)
			b.close(Dropped, false)
			b.open()
			b.event(resumedFrom(3, true))
			b.chunks(3, 4)
			b.done()
		}, func(c *measure.Counts) {
			c.Events, c.Dropped, c.Connections, c.Reconnects, c.Lost = 4, 1, 2, 1, 1
		}},
		{"first event after a resume lost", func(b *bench) {
			b.chunks(0, 1)
			b.close(Dropped, false)
			b.open()
			b.event(resumedFrom(2, true))
			b.chunks(3, 4)
			b.done()
		}, func(c *measure.Counts) {
			c.Events, c.Dropped, c.Connections, c.Reconnects, c.Lost = 4, 1, 2, 1, 1
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, want := characters(text), all
			b.open()
			tt.send(b)
			tt.want(&want)
			got := b.counts()
			got.Early, got.Steady, got.Coalesced = 0, 0, 0 // these tests do not keep to the schedule
			if got != want {
				t.Errorf("\ngot  %+v\nwant %+v", got, want)
			}
		})
	}
}

// A constant delay is lateness; a slow connect is not.
func TestLatenessIsCountedFromTheRequest(t *testing.T) {
	b := characters("hello")
	b.open()
	for pos := range 5 {
		b.at(time.Second + time.Duration(pos)*interval + 50*ms)
		b.event(chunk(pos, b.script.Chunk(int64(pos)), 5))
	}
	b.done()
	wantValues(t, b, measure.Lateness, 5, 50*ms, 50*ms)
	wantValues(t, b, measure.ITL, 4, 50*ms, 50*ms)
	ttfe := b.ledger.Tally.Distributions.Overall(measure.TTFE)
	if ttfe.TotalCount() != 1 || !near(ttfe.Max(), 150*ms) { // planned at 0.9 s, arrived at 1.05 s
		t.Errorf("ttfe: %d values up to %d µs, want one of 150 ms", ttfe.TotalCount(), ttfe.Max())
	}
}

// A lost event must not improve a percentile: it is late until the end of the
// run, 65 s.
func TestLostEventsAreInTheDistribution(t *testing.T) {
	b := characters("hello")
	b.open()
	b.chunks(0, 1, 3, 4)
	b.done()
	wantValues(t, b, measure.Lateness, 5, 0, 65*time.Second-1100*ms)
}

// What was lost before a connection ended was due on that connection's
// schedule, at 1.05 s.
func TestLostBeforeAReconnectIsLateByTheOldSchedule(t *testing.T) {
	b := characters("hello")
	b.open()
	b.chunks(0, 2)
	b.at(2*time.Second).close(Truncated, false)
	b.at(4 * time.Second).open()
	for pos := 3; pos < 5; pos++ {
		b.at(4*time.Second + time.Duration(pos-3)*interval).event(chunk(pos, b.script.Chunk(int64(pos)), 5))
	}
	b.done()
	wantValues(t, b, measure.Lateness, 5, 0, 65*time.Second-1050*ms)
}

func TestResumedConnectionHasItsOwnSchedule(t *testing.T) {
	b := characters("hello")
	b.open()
	b.chunks(0, 1)
	b.at(2*time.Second).close(Truncated, false)
	b.at(4 * time.Second).open()
	b.event(resumedFrom(2, true))
	for pos := 2; pos < 5; pos++ {
		b.at(4*time.Second + time.Duration(pos-2)*interval + 3*ms)
		b.event(chunk(pos, b.script.Chunk(int64(pos)), 5))
	}
	b.done()
	wantValues(t, b, measure.Lateness, 5, 0, 3*ms)
	outage := b.ledger.Tally.Distributions.Overall(measure.Outage)
	if outage.TotalCount() != 1 || !near(outage.Max(), 2003*ms) {
		t.Errorf("outage: %d values up to %d µs, want one of 2003 ms", outage.TotalCount(), outage.Max())
	}
	wantValues(t, b, measure.ITL, 3, 50*ms, 50*ms) // none over the outage
}

// A connection that is lost before it brings an event belongs to the outage that it
// should have ended.
func TestOutageOverSeveralConnections(t *testing.T) {
	b := characters("hello")
	b.open()
	b.chunks(0, 1)
	b.at(2500*ms).close(Truncated, false)
	b.at(3 * time.Second).open()
	b.at(4*time.Second).close(Truncated, false)
	b.at(5*time.Second).close(Failure, false)
	b.at(6 * time.Second).open()
	b.at(6*time.Second).chunks(2, 3)
	b.at(7*time.Second).close(Truncated, false)
	b.at(7100 * ms).open()
	b.at(7200 * ms).chunks(4)
	b.done()
	wantValues(t, b, measure.Outage, 2, 200*ms, 3500*ms)
	for at, want := range map[time.Duration]measure.Second{
		2 * time.Second: {Outages: 1, OutageMax: 3500 * ms},
		4 * time.Second: {},
		7 * time.Second: {Outages: 1, OutageMax: 200 * ms},
	} {
		if got := b.ledger.Tally.Timeline.At(at); got.Outages != want.Outages || got.OutageMax != want.OutageMax {
			t.Errorf("at %v: %d outages of up to %v, want %d of %v", at, got.Outages, got.OutageMax, want.Outages, want.OutageMax)
		}
	}
}

func TestStall(t *testing.T) {
	b := characters("hello")
	b.open()
	b.chunks(0, 1)
	b.at(2101*ms).chunks(2, 3, 4)
	b.done()
	wantValues(t, b, measure.Stall, 1, 1051*ms, 1051*ms)
	if got := b.ledger.Tally.Timeline.At(time.Second); got.Stalls != 1 || got.StallMax != 1051*ms {
		t.Errorf("%d stalls of up to %v began in the second of the last event before", got.Stalls, got.StallMax)
	}
}

func TestEarlyEventsAreCounted(t *testing.T) {
	b := characters("hello")
	b.open()
	b.event(chunk(0, "h", 5))
	b.event(chunk(1, "e", 5))
	if got := b.counts().Early; got != 1 {
		t.Errorf("%d early events, want the second one", got)
	}
}

// When the run ends, what was due and did not come is lost; what was not due
// yet is not.
func TestEndOfTheRun(t *testing.T) {
	tests := []struct {
		name       string
		end        func(b *bench)
		wantLost   uint64
		wantCutOff uint64
		wantFailed uint64
	}{
		{"silent since its third event", func(b *bench) { b.close(Stopped, true) }, 17, 1, 0},
		{"dropped by the server for good", func(b *bench) { b.close(Failure, true) }, 17, 0, 1},
		{"dropped by us, not resumed yet", func(b *bench) { b.close(Dropped, false) }, 0, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := characters("a message that is long enough to last until the end of the run")
			b.open()
			b.chunks(0, 1, 2)
			b.ledger.Windows = Windows{Ramp: 0, Steady: 1960 * ms, End: 2500 * ms} // position 19 was due
			b.at(2500 * ms)
			tt.end(b)
			b.stream.Finish(b.ledger)
			got := b.counts()
			if got.Lost != tt.wantLost || got.CutOff != tt.wantCutOff || got.Failed != tt.wantFailed {
				t.Errorf("lost %d, cut off %d, failed %d; want %d, %d, %d", got.Lost, got.CutOff, got.Failed,
					tt.wantLost, tt.wantCutOff, tt.wantFailed)
			}
		})
	}
}

func TestNeverOpened(t *testing.T) {
	b := characters("hello")
	b.close(Failure, false)
	b.stream.Finish(b.ledger)
	want := measure.Counts{Streams: 1, Failed: 1, Judged: 1}
	if got := b.counts(); got != want {
		t.Errorf("\ngot  %+v\nwant %+v", got, want)
	}
}

// After the steady window a stream that cannot end in time is over as soon as
// nothing is missing.
func TestSatisfied(t *testing.T) {
	b := characters("hello")
	b.open()
	b.chunks(0, 1)
	b.ledger.Windows = Windows{Steady: 1120 * ms, End: 6 * time.Second}
	if b.stream.Satisfied(b.ledger) {
		t.Error("satisfied, though it can end before the run does")
	}
	b.ledger.Windows.End = 1200 * ms
	if b.stream.Satisfied(b.ledger) {
		t.Error("satisfied, though position 2 was due and has not come")
	}
	if !b.at(1130 * ms).event(chunk(2, "l", 5)) {
		t.Error("the last event that was due did not end the stream")
	}
}

func TestProgress(t *testing.T) {
	b := newBench(Plan{Kind: Progress, Interval: interval})
	b.open()
	for n := 1; n <= 100; n++ {
		b.at(time.Second + time.Duration(n-1)*interval + 5*ms).event(percent(n))
	}
	b.event(eventstream.Event{Type: []byte("done"), ID: []byte("end"), Data: fmt.Appendf(nil, `{"messageId":%q,"total":100}`, id)})
	b.stream.Finish(b.ledger)
	want := measure.Counts{Streams: 1, Connections: 1, Completed: 1, Judged: 1, Good: 1, Events: 100, Steady: 100}
	if got := b.counts(); got != want {
		t.Errorf("\ngot  %+v\nwant %+v", got, want)
	}
	wantValues(t, b, measure.Lateness, 100, 5*ms, 5*ms)
}

func TestProgressContent(t *testing.T) {
	for _, data := range []string{
		`{"messageId":"` + id + `","completed":true,"chunk":"Processing chunk 1%","total":100}`,
		`{"messageId":"` + id + `","chunk":"Processing chunk 1%","total":100}`,
		`{"messageId":"` + id + `","completed":false,"chunk":"Processing chunk 2%","total":100}`,
		`{"messageId":"` + id + `","completed":false,"chunk":"Processing chunk 1%","total":99}`,
		`nonsense`,
	} {
		b := newBench(Plan{Kind: Progress, Interval: interval})
		b.open()
		b.event(eventstream.Event{ID: []byte("1"), Data: []byte(data)})
		if got := b.counts().Corrupt; got != 1 {
			t.Errorf("%s: %d corrupt, want 1", data, got)
		}
	}
}

// A client that is slow on purpose must not spoil the figures, but its content
// counts.
func TestSlowClients(t *testing.T) {
	b := characters("hello")
	b.stream = NewStream(b.ledger, Subject{MessageID: id, Unjudged: true})
	b.open()
	b.at(30*time.Second).chunks(0, 1, 1)
	b.close(Truncated, false)
	b.stream.Finish(b.ledger)
	got := b.counts()
	if got.SlowEvents != 3 || got.SlowCutOff != 1 || got.Truncated != 0 || got.Lost != 0 || got.Duplicate != 1 || got.Judged != 0 {
		t.Errorf("got %+v", got)
	}
	for m := range measure.Metrics {
		if n := b.ledger.Tally.Distributions.Overall(m).TotalCount(); n != 0 {
			t.Errorf("%v has %d values of a slow client", m, n)
		}
	}
}

func TestGoodput(t *testing.T) {
	tests := []struct {
		threshold string
		want      uint64
	}{
		{"lateness.p50<5ms", 1},
		{"lateness.p90<5ms", 0},
		{"lateness.max<=20ms", 1},
		{"lateness.max<20ms", 0},
		{"ttfe.max<101ms", 1},
		{"ttfe.max<99ms", 0},
		{"lost==0", 1},
	}
	for _, tt := range tests {
		condition, err := threshold.Parse(tt.threshold)
		if err != nil {
			t.Fatal(err)
		}
		b := newBench(Plan{
			Kind: Characters, Script: NewScript("hello"), Interval: interval,
			Budgets: threshold.Budgets([]threshold.Threshold{condition}),
		})
		b.open()
		b.chunks(0, 1, 2, 3)
		b.at(1220 * ms).chunks(4) // 20 ms late
		b.done()
		if got := b.counts().Good; got != tt.want {
			t.Errorf("%s: %d good streams, want %d", tt.threshold, got, tt.want)
		}
	}
}

func TestEventAllocatesNothing(t *testing.T) {
	b := newBench(Plan{
		Kind: Characters, Script: NewScript(string(make([]byte, 2000))), Interval: interval,
		Budgets: threshold.Budgets(threshold.Defaults()),
	})
	b.open()
	var events []eventstream.Event
	for pos := range 1000 {
		events = append(events, chunk(pos, "a", 2000)) // corrupt, but that costs nothing either
	}
	next := 0
	send := func() { b.at(time.Second).event(events[next]); next++ }
	send()
	send()
	if allocs := testing.AllocsPerRun(900, send); allocs != 0 {
		t.Errorf("%v allocations for one event, want 0", allocs)
	}
}

func wantValues(t *testing.T, b *bench, m measure.Metric, count int64, lowest, highest time.Duration) {
	t.Helper()
	h := b.ledger.Tally.Distributions.In(m, measure.Steady)
	if h.TotalCount() != count || count > 0 && (!near(h.Min(), lowest) || !near(h.Max(), highest)) {
		t.Errorf("%v: %d values from %d to %d µs, want %d from %v to %v", m, h.TotalCount(), h.Min(), h.Max(), count, lowest, highest)
	}
}

// near allows for the three digits of a histogram.
func near(micros int64, want time.Duration) bool {
	diff := micros - want.Microseconds()
	return max(diff, -diff) <= want.Microseconds()/1000
}
