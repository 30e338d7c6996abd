package track

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"sseserver/internal/eventstream"
	"sseserver/internal/load/measure"
)

// liveBench is a stream of a live message, to which chunks of 4 bytes are
// appended every 50 ms from 1 s on.
type liveBench struct {
	*bench
	live *Live
	size int64 // bytes sent
}

func newLiveBench(piped bool) *liveBench {
	b := newBench(Plan{Kind: Characters, Interval: interval})
	live := NewLive(LivePlan{Messages: 1, Bytes: 4, Start: time.Second, Interval: interval, Piped: piped}, 0)
	b.stream = NewStream(b.ledger, Subject{MessageID: id, Planned: 900 * ms, Live: live})
	b.open()
	return &liveBench{bench: b, live: live}
}

// append sends so many more chunks, which are answered 2 ms after they are due.
func (b *liveBench) append(chunks int) {
	for range chunks {
		k := b.size / 4
		b.live.Sending(k)
		b.live.Answered(k, b.live.Due(k)+2*ms)
		b.size += 4
	}
}

func (b *liveBench) text(from, end int64) string { return string(b.live.AppendText(nil, from, end)) }

// piece sends an event with a part of the text, 5 ms after its last byte was
// due.
func (b *liveBench) piece(pos int, from, end int64) {
	b.now = max(b.now, b.live.Due((end-1)/4)+5*ms)
	b.event(liveChunk(pos, b.text(from, end)))
}

// chunks sends the chunks at the positions.
func (b *liveBench) chunks(positions ...int) {
	for _, pos := range positions {
		b.piece(pos, int64(pos)*4, int64(pos)*4+4)
	}
}

func (b *liveBench) digest() string {
	sum := sha256.Sum256([]byte(b.text(0, b.size)))
	return hex.EncodeToString(sum[:])
}

func (b *liveBench) complete() {
	b.live.Ending(b.size, b.digest())
	b.live.Completed(b.live.Due(b.size/4) + 2*ms)
}

func (b *liveBench) done(total int64) { b.end(done(total, b.digest())) }

// end sends an event, after which the client stops.
func (b *liveBench) end(e eventstream.Event) {
	if b.event(e) {
		b.close(Stopped, true)
	}
	b.stream.Finish(b.ledger)
}

// cut ends the run.
func (b *liveBench) cut() {
	b.close(Stopped, true)
	b.stream.Finish(b.ledger)
}

func liveChunk(pos int, text string) eventstream.Event {
	return eventstream.Event{
		ID:   fmt.Append(nil, pos),
		Data: fmt.Appendf(nil, `{"messageId":%q,"chunk":%q,"position":%d,"total":null}`, id, text, pos),
	}
}

var messageFailed = eventstream.Event{
	Type: []byte("failed"), ID: []byte("end"), Data: fmt.Appendf(nil, `{"messageId":%q,"reason":"producer_gone"}`, id),
}

// Five chunks of a message, each case with one thing wrong.
func TestLiveDetectors(t *testing.T) {
	tests := []struct {
		name  string
		piped bool
		do    func(b *liveBench)
		want  measure.Counts
	}{
		{"nothing wrong", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Good: 1}},
		{"one lost", false, func(b *liveBench) { b.chunks(0, 1, 3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Lost: 1}},
		{"the last lost", false, func(b *liveBench) { b.chunks(0, 1, 2, 3); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Lost: 1}},
		{"one doubled", false, func(b *liveBench) { b.chunks(0, 1, 1, 2, 3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Duplicate: 1}},
		{"two swapped", false, func(b *liveBench) { b.chunks(0, 2, 1, 3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Reordered: 1}},
		{"a wrong text", false, func(b *liveBench) { b.chunks(0, 1); b.piece(2, 12, 16); b.chunks(3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Corrupt: 1}},
		{"half a chunk", false, func(b *liveBench) { b.chunks(0, 1); b.piece(2, 8, 10); b.chunks(3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Corrupt: 1}},
		{"more than was sent", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4, 5); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Corrupt: 1}},
		{"before it was sent", false, func(b *liveBench) {
			b.chunks(0, 1, 2, 3, 4, 5)
			b.append(1)
			b.complete()
			b.done(6)
		}, measure.Counts{Completed: 1, Corrupt: 1, Lost: 1}},
		{"on its way when the message was completed", false, func(b *liveBench) { b.complete(); b.chunks(0, 1, 2, 3, 4); b.done(5) }, measure.Counts{Completed: 1, Good: 1}},
		{"a total before the end", false, func(b *liveBench) {
			b.event(chunk(0, b.text(0, 4), 5))
			b.chunks(1, 2, 3, 4)
			b.complete()
			b.done(5)
		}, measure.Counts{Completed: 1, Corrupt: 1}},
		{"a total at the end", false, func(b *liveBench) {
			b.chunks(0, 1, 2, 3)
			b.complete()
			b.event(chunk(4, b.text(16, 20), 5))
			b.done(5)
		}, measure.Counts{Completed: 1, Good: 1}},
		{"a wrong total of a chunk", false, func(b *liveBench) {
			b.chunks(0, 1, 2, 3)
			b.complete()
			b.event(chunk(4, b.text(16, 20), 6))
			b.done(5)
		}, measure.Counts{Completed: 1, Corrupt: 1}},
		{"no total, though it was complete when the client came", false, func(b *liveBench) {
			b.complete()
			b.at(2 * time.Second).open()
			b.chunks(0)
			b.event(chunk(1, b.text(4, 8), 5))
			b.event(chunk(2, b.text(8, 12), 5))
			b.event(chunk(3, b.text(12, 16), 5))
			b.event(chunk(4, b.text(16, 20), 5))
			b.done(5)
		}, measure.Counts{Completed: 1, Corrupt: 1, Reconnects: 1}},
		{"a wrong total of done", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.complete(); b.done(6) }, measure.Counts{Completed: 1, Corrupt: 1}},
		{"a wrong digest", false, func(b *liveBench) {
			b.chunks(0, 1, 2, 3, 4)
			b.complete()
			b.end(done(5, NewScript("other").sha256))
		}, measure.Counts{Completed: 1, Corrupt: 1}},
		{"done too early", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.done(5); b.complete() }, measure.Counts{Completed: 1, Corrupt: 1}},
		{"never done", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.complete(); b.cut() }, measure.Counts{Failed: 1, Good: 0}},
		{"cut off", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.cut() }, measure.Counts{CutOff: 1, Good: 1}},
		{"cut off, and the last was lost", false, func(b *liveBench) { b.chunks(0, 1, 2, 3); b.cut() }, measure.Counts{CutOff: 1, Lost: 1}},
		{"left", false, func(b *liveBench) { b.chunks(0, 1); b.complete(); b.stream.Leave(); b.cut() }, measure.Counts{CutOff: 1, Good: 1}},
		{"failed", false, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.end(messageFailed) }, measure.Counts{Failed: 1}},
		{"resumed", false, func(b *liveBench) {
			b.chunks(0, 1)
			b.close(Truncated, false)
			b.open()
			b.event(resumedFrom(2, true))
			b.chunks(2, 3, 4)
			b.complete()
			b.done(5)
		}, measure.Counts{Completed: 1, Good: 1, Truncated: 1, Reconnects: 1}},

		{"piped", true, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Good: 1}},
		{"piped, in other pieces", true, func(b *liveBench) {
			b.piece(0, 0, 1)
			b.piece(1, 1, 9)
			b.piece(2, 9, 20)
			b.complete()
			b.done(3)
		}, measure.Counts{Completed: 1, Good: 1}},
		{"piped, a wrong text", true, func(b *liveBench) {
			b.piece(0, 0, 8)
			b.piece(1, 7, 19)
			b.complete()
			b.done(2)
		}, measure.Counts{Completed: 1, Corrupt: 1}},
		{"piped, one lost", true, func(b *liveBench) {
			b.piece(0, 0, 8)
			b.piece(2, 12, 20)
			b.complete()
			b.done(3)
		}, measure.Counts{Completed: 1, Lost: 1}},
		{"piped, the last lost", true, func(b *liveBench) { b.chunks(0, 1, 2, 3); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Lost: 1}},
		{"piped, one doubled", true, func(b *liveBench) { b.chunks(0, 1, 1, 2, 3, 4); b.complete(); b.done(5) }, measure.Counts{Completed: 1, Duplicate: 1}},
		{"piped, too short", true, func(b *liveBench) { b.chunks(0, 1, 2, 3); b.complete(); b.done(4) }, measure.Counts{Completed: 1, Corrupt: 1}},
		{"piped, more than was sent", true, func(b *liveBench) {
			b.chunks(0, 1, 2, 3)
			b.piece(4, 16, 24)
			b.complete()
			b.done(5)
		}, measure.Counts{Completed: 1, Corrupt: 2}},
		{"piped, a total too low", true, func(b *liveBench) { b.chunks(0, 1, 2, 3, 4); b.complete(); b.done(4) }, measure.Counts{Completed: 1, Corrupt: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newLiveBench(tt.piped)
			b.append(5)
			tt.do(b)
			c := b.counts()
			got := measure.Counts{
				Completed: c.Completed, CutOff: c.CutOff, Failed: c.Failed, Good: c.Good, Truncated: c.Truncated, Reconnects: c.Reconnects,
				Lost: c.Lost, Duplicate: c.Duplicate, Reordered: c.Reordered, Corrupt: c.Corrupt,
			}
			if got != tt.want {
				t.Errorf("\ngot  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestLiveTimes(t *testing.T) {
	tests := []struct {
		name               string
		piped              bool
		do                 func(b *liveBench)
		values             int64
		lateness, delivery time.Duration // the longest
	}{
		{"as appended", false, func(b *liveBench) { b.append(3); b.chunks(0, 1, 2) }, 3, 5 * ms, 3 * ms},
		{"before the answer", false, func(b *liveBench) { b.live.Sending(0); b.chunks(0) }, 1, 5 * ms, 0},
		{"a reader that came later", false, func(b *liveBench) {
			b.append(20)
			b.at(2100 * ms).open()
			b.at(2107 * ms)
			b.chunks(0, 1, 2)
		}, 3, 7 * ms, 7 * ms},
		{"a lost one is late until the end", false, func(b *liveBench) { b.append(3); b.chunks(0, 2); b.cut() }, 2, 63_950 * ms, 3 * ms},
		{"two in one piece", true, func(b *liveBench) { b.append(2); b.piece(0, 0, 8) }, 2, 55 * ms, 53 * ms},
		{"more than was sent", true, func(b *liveBench) { b.append(1); b.piece(0, 0, 4); b.piece(1, 4, 12) }, 1, 5 * ms, 3 * ms},
		{"one in two pieces", true, func(b *liveBench) { b.append(1); b.piece(0, 0, 3); b.at(1030 * ms); b.piece(1, 3, 4) }, 1, 30 * ms, 28 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newLiveBench(tt.piped)
			tt.do(b)
			late := b.ledger.Tally.Distributions.In(measure.Lateness, measure.Steady)
			if !near(late.Max(), tt.lateness) {
				t.Errorf("late by %d µs at most, want %v", late.Max(), tt.lateness)
			}
			delivery := b.ledger.Tally.Distributions.In(measure.Delivery, measure.Steady)
			if delivery.TotalCount() != tt.values || !near(delivery.Max(), tt.delivery) {
				t.Errorf("%d deliveries, the longest of %d µs, want %d and %v", delivery.TotalCount(), delivery.Max(), tt.values, tt.delivery)
			}
		})
	}
}

// A stream that never opened has failed, and nothing in it is lost.
func TestLiveNeverOpened(t *testing.T) {
	b := newLiveBench(false)
	b.stream = NewStream(b.ledger, Subject{MessageID: id, Planned: 900 * ms, Live: b.live})
	b.append(5)
	b.complete()
	b.close(Failure, true)
	b.stream.Finish(b.ledger)
	if got := b.counts(); got.Failed != 1 || got.Lost != 0 {
		t.Errorf("%d failed, %d lost, want 1 and 0", got.Failed, got.Lost)
	}
}

// The chunks of several messages are due in turn.
func TestLiveMessagesTakeTurns(t *testing.T) {
	plan := LivePlan{Messages: 4, Bytes: 1, Start: time.Second, Interval: 100 * ms}
	for message, want := range []time.Duration{1200 * ms, 1225 * ms, 1250 * ms, 1275 * ms} {
		if got := NewLive(plan, message).Due(2); got != want {
			t.Errorf("message %d: chunk 2 is due at %v, want %v", message, got, want)
		}
	}
}

// An answer of long ago is forgotten, but not that it was there.
func TestAnswersOfLongAgo(t *testing.T) {
	a := newAnswers(time.Hour)
	n := int64(len(a.at))
	for k := range 2 * n {
		a.add(k, time.Duration(k)*time.Second)
	}
	for chunk, want := range map[int64]time.Duration{0: time.Duration(n) * time.Second, n + 3: time.Duration(n+3) * time.Second} {
		if at, ok := a.of(chunk); !ok || at != want {
			t.Errorf("chunk %d: answered at %v, %v, want %v", chunk, at, ok, want)
		}
	}
	if at, ok := a.of(2 * n); ok {
		t.Errorf("a chunk without an answer was answered at %v", at)
	}
}

// One that waits for done is not satisfied, unless the producer has given up.
func TestLiveSatisfied(t *testing.T) {
	b := newLiveBench(false)
	b.append(2)
	b.chunks(0)
	satisfied := func() bool { return b.stream.Satisfied(b.ledger) }
	if b.chunks(1); satisfied() {
		t.Error("satisfied before the end of the message")
	}
	b.append(1)
	if b.live.GiveUp(); satisfied() {
		t.Error("satisfied without the last chunk")
	}
	if b.chunks(2); !satisfied() {
		t.Error("not satisfied with all that there will be")
	}
}

func TestLiveEventAllocatesNothing(t *testing.T) {
	b := newLiveBench(false)
	const chunks = 2000
	b.append(chunks)
	events := make([]eventstream.Event, chunks)
	for k := range events {
		events[k] = liveChunk(k, b.text(int64(4*k), int64(4*k+4)))
	}
	b.at(3 * time.Second)
	b.chunks(0)
	k := 0
	if n := testing.AllocsPerRun(chunks-2, func() { k++; b.event(events[k]) }); n != 0 {
		t.Errorf("%v allocations for one event, want 0", n)
	}
	if got := b.counts(); got.Events != chunks || got.Corrupt != 0 {
		t.Errorf("got %+v", got)
	}
}
