package reading

import (
	"time"

	"sseserver/internal/logs"
)

// run is what is known of one process that wrote a part of the log.
type run struct {
	start time.Time // of its line 1; zero if that was not read
	last  uint64    // the highest number so far
	at    time.Time // of that line
}

// runs tells which process wrote a line.
type runs struct {
	all     []run
	current int // of the source that is read
	open    bool
}

// source is told that a new source begins.
func (r *runs) source() { r.open = false }

// of returns the number of the run that the line belongs to.
func (r *runs) of(l *Line) int {
	switch {
	case l.Seq == 1 && !r.again(l):
		r.begin(run{start: l.Time})
	case !r.open && !r.resume(l):
		r.begin(run{})
	}
	r.open = true
	now := &r.all[r.current]
	if l.Seq >= now.last {
		now.last, now.at = l.Seq, l.Time
	}
	return r.current
}

// again reports whether a line 1 is that of the current run once more: no two
// processes start in the same microsecond.
func (r *runs) again(l *Line) bool {
	return r.open && r.all[r.current].start.Equal(l.Time)
}

func (r *runs) begin(new run) {
	r.current = len(r.all)
	r.all = append(r.all, new)
}

// resume makes the run current that the first line of a source continues, the
// latest if there are several.
func (r *runs) resume(l *Line) bool {
	before := l.Seq - 1
	if l.Event == logs.LogEntriesDropped {
		if count, ok := l.Int("count"); ok {
			before -= uint64(count)
		}
	}
	found := -1
	for i := range r.all {
		have := &r.all[i]
		if have.last == before && !have.at.After(l.Time.Add(moment)) && (found < 0 || have.at.After(r.all[found].at)) {
			found = i
		}
	}
	if found < 0 {
		return false
	}
	r.current = found
	return true
}

// moment is by how much the time of a line may be before that of the line above:
// a time is taken before the line waits for its number, and clocks are set.
const moment = time.Second
