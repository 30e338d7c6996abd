package logs

import (
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"
)

// maxQueued is how many bytes of lines may wait to be written: some twelve
// thousand usual ones. A disk that stalls for a second or two loses nothing, and
// a log that nobody reads costs no more memory than that, twice while it is
// copied.
const maxQueued = 4 << 20

// crowded is how many bytes of lines do not wait for more, so that a burst has
// the room that it needs.
const crowded = maxQueued / 8

// keptBuffer is how much of an empty buffer is kept for the next lines.
const keptBuffer = 256 << 10

// queue holds the lines between those who log and the one goroutine that
// writes. It numbers the lines, in the order that they are written in. What does
// not fit is dropped and counted; the numbers of dropped lines are used up, and
// log.entries_dropped stands in their place. All lines go to recent, the dropped
// ones too.
//
// Any goroutine may call put, dropped and close; take, wrote, failed and settled
// are the writer's.
type queue struct {
	// Immutable. report encodes a line of the log's own, without text if its level
	// is off; written and lost are told of each line that was taken or dropped.
	report  func(event *Event, count int) record
	written func(zapcore.Level)
	lost    func()
	isJSON  bool // the form of the lines
	recent  *Recent
	wake    chan struct{} // room for one: there is something to do
	hurry   chan struct{} // room for one: do not wait for more
	done    chan struct{} // closed by the writer, last

	mu      sync.Mutex
	seq     uint64 // of the last line
	lines   []byte // whole lines
	spare   []byte // becomes lines
	taken   int    // bytes that the writer has, and has not written yet
	gap     int    // lines dropped since there was no room; 0 if there is
	missing int    // lines dropped since all was well
	unwell  bool   // since a write failed or a line was dropped; settled ends it
	reopen  bool   // asked for
	closing bool   // asked for
}

// record is one line, without its number. It is the caller's again when put
// returns.
type record struct {
	level zapcore.Level
	text  []byte // in the form of the log, with its newline
	json  []byte // for Recent; the same as text where that is the form
}

func newQueue(c Config, report func(*Event, int) record) *queue {
	q := &queue{
		report: report, written: c.OnLine, lost: c.OnDrop,
		isJSON: c.isJSON(), recent: newRecent(c.Recent),
		wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), done: make(chan struct{}),
	}
	if q.written == nil {
		q.written = func(zapcore.Level) {}
	}
	if q.lost == nil {
		q.lost = func() {}
	}
	return q
}

// put appends a line, or drops it. It never waits for the writer.
func (q *queue) put(line record) {
	q.mu.Lock()
	fits := q.gap == 0 && q.size()+maxLine <= maxQueued
	isFirst := len(q.lines) == 0
	// Where a write has failed, the writer waits before it tries again, however much is logged.
	isUrgent := !q.unwell && (line.level >= zapcore.ErrorLevel || q.size() > crowded)
	q.number(line)
	if fits {
		q.append(line)
	} else {
		q.gap++
		q.missing++
		q.unwell = true
	}
	q.mu.Unlock()
	if fits {
		q.written(line.level)
	} else {
		q.lost()
	}
	if isFirst {
		notify(q.wake)
	}
	if isUrgent {
		notify(q.hurry)
	}
}

// size is called with mu held.
func (q *queue) size() int { return q.taken + len(q.lines) }

// number gives a line its number and keeps it in recent. It is called with mu held.
func (q *queue) number(line record) {
	q.seq++
	if q.recent.keeps() {
		q.recent.add(q.seq, line.level, line.json)
	}
}

// append adds a line, which number was called with. It is called with mu held.
func (q *queue) append(line record) {
	if q.isJSON {
		q.lines = appendNumbered(q.lines, line.text, q.seq)
	} else {
		q.lines = append(q.lines, line.text...)
	}
}

// appendNumbered adds a line of JSON, whose first key is its number.
func appendNumbered(to, line []byte, seq uint64) []byte {
	to = append(to, `{"seq":`...)
	to = strconv.AppendUint(to, seq, 10)
	to = append(to, ',')
	return append(to, line...)
}

// notify tells the writer something, without waiting for it.
func notify(writer chan<- struct{}) {
	select {
	case writer <- struct{}{}:
	default: // it was told already
	}
}

// dropped returns how many lines are missing since all was well.
func (q *queue) dropped() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.missing
}

// askReopen makes the writer open the file anew.
func (q *queue) askReopen() {
	q.mu.Lock()
	q.reopen = true
	q.mu.Unlock()
	notify(q.wake)
	notify(q.hurry)
}

// close makes the writer write what there is and end, and waits for that, but no
// longer than patience.
func (q *queue) close(patience time.Duration) {
	q.mu.Lock()
	q.closing = true
	q.mu.Unlock()
	notify(q.wake)
	notify(q.hurry)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-q.done:
	case <-timer.C: // the writer is left behind with the process
	}
}

// asked returns what the writer is to do besides writing. It is asked once to
// reopen the file, and from then on to close.
func (q *queue) asked() (reopen, closing bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	reopen, q.reopen = q.reopen, false
	return reopen, q.closing
}

// take returns the lines so far, none if there are none. The writer gives their
// memory back with the last wrote of them.
func (q *queue) take() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.lines) == 0 {
		return nil
	}
	lines := q.lines
	q.lines, q.spare, q.taken = q.spare[:0], nil, len(lines)
	return lines
}

// wrote is told of n bytes that were written, out of what take returned. If that
// ends a gap, it is reported where it was: behind the lines that still fitted, and
// before the next ones. There is room again when half of it is free, so that a
// log which is a little too slow is no sequence of gaps.
func (q *queue) wrote(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken -= n
	if q.gap > 0 && q.size() <= maxQueued/2 {
		q.appendReport(LogEntriesDropped, q.gap)
		q.gap = 0
	}
}

// recycle gives memory back that take returned, all of it written.
func (q *queue) recycle(lines []byte) {
	if lines == nil || cap(lines) > keptBuffer {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare = lines
}

// failed is told that a write failed.
func (q *queue) failed() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwell = true
}

// settled is told that all was written, and adds a line about it if it was not
// always so.
func (q *queue) settled() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.unwell || q.gap > 0 {
		return
	}
	missing := q.missing
	q.unwell, q.missing = false, 0
	q.appendReport(LogRecovered, missing)
}

// appendReport is called with mu held.
func (q *queue) appendReport(event *Event, count int) {
	line := q.report(event, count)
	if line.text == nil {
		return
	}
	q.number(line)
	q.append(line)
	q.written(line.level)
	notify(q.wake)
}
