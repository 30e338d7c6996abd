package metrics

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
)

// Counts is what has happened since the start, by the event of the log that tells of
// it and, where that has one, its reason: "stream.closed completed"; and the sums of some
// of the numbers in these events: "stream.closed chunks". What would be 0 is not in it.
type Counts map[string]int64

// MarshalLogObject adds the counts to a line, in the order of their names.
func (c Counts) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		enc.AddInt64(name, c[name])
	}
	return nil
}

// Counts reads the counters of messages and streams. What they count meanwhile may be
// in it.
func (m *Metrics) Counts() Counts {
	c := make(Counts)
	c.add(logs.MessageSubmitted.Name, m.submitted)
	c.add(logs.MessageDeleted.Name, m.deleted)
	c.addWords(logs.MessageEvicted.Name, m.evicted)
	c.addWords(logs.MessageRejected.Name, m.messagesRejected)
	c.addWords(logs.StreamRejected.Name, m.streamsRejected)
	for _, kind := range logs.Kinds {
		for _, opened := range m.opened[kind].known {
			c.add(logs.StreamOpened.Name, opened)
		}
		c.addWords(logs.StreamClosed.Name, m.closed[kind])
	}
	return c
}

// Account is Counts, and the sums beside them.
func (m *Metrics) Account() Counts {
	c := m.Counts()
	c.addSums(&m.Sums)
	return c
}

func (c Counts) addWords(event string, counters words) {
	for word, counter := range counters.known {
		c.add(event+" "+word, counter)
	}
}

// add adds what a counter stands at.
func (c Counts) add(name string, counter prometheus.Counter) {
	if n := valueOf(counter); n > 0 {
		c[name] += n
	}
}

// Sums are the sums of numbers that lines of the log carry, which Counts tells beside the
// counts. Any goroutine may add to them at any time.
type Sums struct {
	MessageBytes, MessageTotals                                          atomic.Int64 // of message.submitted
	Completed, Failed                                                    Ended        // of message.completed and message.failed
	FirstPositions                                                       atomic.Int64 // of stream.opened
	StreamChunks, StreamBytes, StreamTotals, StreamLastPositions, Faults atomic.Int64 // of stream.closed
}

// Ended are those of live messages that have ended.
type Ended struct{ Bytes, Chunks, Totals atomic.Int64 }

// addSums adds what the sums stand at.
func (c Counts) addSums(sums *Sums) {
	for name, sum := range map[string]*atomic.Int64{
		logs.MessageSubmitted.Name + " bytes":      &sums.MessageBytes,
		logs.MessageSubmitted.Name + " total":      &sums.MessageTotals,
		logs.MessageCompleted.Name + " bytes":      &sums.Completed.Bytes,
		logs.MessageCompleted.Name + " chunks":     &sums.Completed.Chunks,
		logs.MessageCompleted.Name + " total":      &sums.Completed.Totals,
		logs.MessageFailed.Name + " bytes":         &sums.Failed.Bytes,
		logs.MessageFailed.Name + " chunks":        &sums.Failed.Chunks,
		logs.StreamOpened.Name + " first_position": &sums.FirstPositions,
		logs.StreamClosed.Name + " chunks":         &sums.StreamChunks,
		logs.StreamClosed.Name + " bytes":          &sums.StreamBytes,
		logs.StreamClosed.Name + " total":          &sums.StreamTotals,
		logs.StreamClosed.Name + " last_position":  &sums.StreamLastPositions,
		logs.StreamClosed.Name + " faults":         &sums.Faults,
	} {
		if n := sum.Load(); n != 0 {
			c[name] = n
		}
	}
}
