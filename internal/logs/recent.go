package logs

import (
	"sync"
	"time"

	"go.uber.org/zap/zapcore"
)

// Entry is one line that Recent keeps.
type Entry struct {
	Seq   uint64
	Level zapcore.Level
	// Text is the line as JSON, whatever the form of the log, without its newline.
	// It is never written again.
	Text []byte
}

// Recent has the last lines of the log, for those who follow it while the server runs. The
// lines are in the order of their numbers and without a gap. They include those that the
// log had to drop: a full disk is when they are needed.
//
// Any goroutine may call the methods at any time. None of them holds up logging for longer
// than it takes to look at a few dozen pieces.
type Recent struct {
	most int // bytes of pieces; 0 keeps nothing

	mu      sync.Mutex
	pieces  []*piece        // oldest first, none of them empty
	newest  uint64          // number of the last line
	waiting chan struct{}   // what Changed returns; nil if nobody waits. notice closes it
	due     []chan struct{} // for notice to close; its timer runs while there are any
}

// piece is memory for some lines. It is filled once, and dropped as a whole.
type piece struct {
	text    []byte // is only appended to, within its capacity
	entries []Entry
}

// pieceSize is the memory of a piece in bytes: some 150 lines.
const pieceSize = 64 << 10

// noticeInterval is how long after a line those who wait are woken, so that a thousand
// followers of a busy log are not woken by each line.
const noticeInterval = 20 * time.Millisecond

// newRecent returns a Recent of at most so many bytes of lines. Their list takes a tenth
// of that in addition.
func newRecent(most int) *Recent {
	if most > 0 {
		most = max(most, 2*maxLine)
	}
	return &Recent{most: most}
}

// keeps reports whether lines are kept at all.
func (r *Recent) keeps() bool { return r.most > 0 }

// add adds a line with its newline and without its number. Only the queue calls it, with
// numbers that rise by one.
func (r *Recent) add(seq uint64, level zapcore.Level, line []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.room()
	start := len(p.text)
	p.text = appendNumbered(p.text, line, seq)
	end := len(p.text) - 1
	p.text = p.text[:end]
	p.entries = append(p.entries, Entry{seq, level, p.text[start:end:end]})
	r.newest = seq
	r.tell()
}

// room returns the last piece if one more line fits, else a new one. It is called
// with mu held.
func (r *Recent) room() *piece {
	if n := len(r.pieces); n > 0 && cap(r.pieces[n-1].text)-len(r.pieces[n-1].text) >= maxLine {
		return r.pieces[n-1]
	}
	size := min(pieceSize, r.most/2)
	if (len(r.pieces)+1)*size > r.most {
		r.pieces[0] = nil
		r.pieces = r.pieces[1:]
	}
	p := &piece{text: make([]byte, 0, size)}
	r.pieces = append(r.pieces, p)
	return p
}

// tell starts the timer that wakes those who wait. It is called with mu held.
func (r *Recent) tell() {
	if r.waiting == nil {
		return
	}
	if len(r.due) == 0 {
		time.AfterFunc(noticeInterval, r.notice)
	}
	r.due = append(r.due, r.waiting)
	r.waiting = nil
}

func (r *Recent) notice() {
	r.mu.Lock()
	due := r.due
	r.due = nil
	r.mu.Unlock()
	for _, waiting := range due {
		close(waiting)
	}
}

// Bounds returns the numbers of the oldest and the newest line, 0 and 0 if there is none.
func (r *Recent) Bounds() (oldest, newest uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pieces) == 0 {
		return 0, 0
	}
	return r.pieces[0].entries[0].Seq, r.newest
}

// After returns the oldest lines, at most so many, whose numbers are above seq, oldest
// first, and how many lines between seq and the first of them are no longer kept. The
// slice is the caller's.
func (r *Recent) After(seq uint64, most int) (entries []Entry, missing uint64) {
	for _, run := range r.runs(seq, most) {
		entries = append(entries, run[:min(len(run), most-len(entries))]...)
	}
	if len(entries) > 0 {
		missing = entries[0].Seq - seq - 1
	}
	return entries, missing
}

// runs returns the lines with numbers above seq, so many or some more, without a copy.
// They are never written again, and so can be read without mu.
func (r *Recent) runs(seq uint64, most int) (runs [][]Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq >= r.newest {
		return nil
	}
	for _, p := range r.pieces {
		entries := p.entries
		if first := entries[0].Seq; seq >= first {
			entries = entries[min(seq-first+1, uint64(len(entries))):]
		}
		if len(entries) == 0 {
			continue
		}
		if most <= 0 {
			break
		}
		runs = append(runs, entries)
		most -= len(entries)
	}
	return runs
}

// Changed returns a channel that is closed as soon as there is a line whose number
// is above seq, at most noticeInterval later. A seq that no line has yet counts as
// that of the last line.
func (r *Recent) Changed(seq uint64) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq < r.newest {
		return changed
	}
	if r.waiting == nil {
		r.waiting = make(chan struct{})
	}
	return r.waiting
}

// changed is closed.
var changed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
