package logs

import (
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"
)

// maxQueued is how many bytes of lines may wait to be written: some twelve thousand usual
// ones. A disk that stalls for a second or two loses nothing, and a log that nobody reads
// costs no more memory than this, and twice as much while the buffer grows.
const maxQueued = 4 << 20

// crowded is how many waiting bytes are written without a pause, so that a burst finds
// room.
const crowded = maxQueued / 8

// keptBuffer is the size of the largest buffer that is used again, in bytes.
const keptBuffer = 256 << 10

// queue holds lines between the goroutines that log and the one that writes. It numbers
// the lines in the order in which they are written. A line that does not fit is dropped
// and counted: its number stays unused, and log.entries_dropped is written in its place.
// All lines go to recent, including the dropped ones.
//
// Any goroutine may call put, dropped, askReopen and close. The other methods that lock
// mu are the writer's.
type queue struct {
	// Immutable. report encodes a line of the log's own, without text if its level is off;
	// written and lost are called with each line that was queued or dropped.
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
	taken   int    // bytes that the writer took and has not written yet
	gap     int    // lines dropped since there was no room; 0 if there is room
	missing int    // lines dropped since the log was last well
	unwell  bool   // a write failed or a line was dropped, until settled
	reopen  bool   // askReopen was called
	closing bool   // close was called
}

// record is one line, without its number. put copies it.
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

// number gives a line its number and adds it to recent. It is called with mu held.
func (q *queue) number(line record) {
	q.seq++
	if q.recent.keeps() {
		q.recent.add(q.seq, line.level, line.json)
	}
}

// append queues a line that has its number. It is called with mu held.
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

// dropped returns how many lines are missing since the log was last well.
func (q *queue) dropped() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.missing
}

// askReopen makes the writer reopen the file.
func (q *queue) askReopen() {
	q.mu.Lock()
	q.reopen = true
	q.mu.Unlock()
	notify(q.wake)
	notify(q.hurry)
}

// close makes the writer write what is queued and end. It waits for that at most for
// patience.
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

// asked returns what the writer is to do besides writing. It returns each request to
// reopen once, and closing from close on.
func (q *queue) asked() (reopen, closing bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	reopen, q.reopen = q.reopen, false
	return reopen, q.closing
}

// take returns the queued lines, nil if there are none. The writer gives their memory back
// with recycle.
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

// wrote is called when n bytes of what take returned are written. If that ends a gap, the
// gap is reported where it was: after the lines that still fitted and before the next
// ones. A gap ends when half of the room is free, so that a log that is a little too slow
// does not become a sequence of gaps.
func (q *queue) wrote(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken -= n
	if q.gap > 0 && q.size() <= maxQueued/2 {
		q.appendReport(LogEntriesDropped, q.gap)
		q.gap = 0
	}
}

// recycle gives back the memory of lines that take returned, all of which are written.
func (q *queue) recycle(lines []byte) {
	if lines == nil || cap(lines) > keptBuffer {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare = lines
}

// failed is called when a write failed.
func (q *queue) failed() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwell = true
}

// settled is called when everything is written. If the log was not well before, it adds a
// line that says so.
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

// appendReport queues a line of the log's own. It is called with mu held.
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
