package verify

import (
	"fmt"
	"time"

	"sseserver/internal/logs/reading"
)

// Problem is something that is wrong with a log.
type Problem struct {
	// Source and Number are the file and line where it shows.
	Source string
	Number int
	// Text is what is wrong, in one sentence.
	Text string
	// Line is the line, cut, and must be copied to be kept; nil where what is wrong
	// shows only later.
	Line []byte
}

func (p Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.Source, p.Number, p.Text) }

// Summary is what was verified.
type Summary struct {
	Lines, Opened, Closed int64
	Runs                  int
	Dropped               uint64 // lines that log.entries_dropped owns up to
	Problems              int64
	// Notes say what could not be checked, a sentence each.
	Notes []string
}

// Verifier checks the lines of a log, one after the other. One goroutine uses it.
type Verifier struct {
	report  func(Problem)
	summary Summary
	runs    []*run
	current *run
	line    *reading.Line // that is being checked; nil at the end
	last    place         // of the line before
	shapes  map[*reading.Shape]*shape
	older   []string
}

// place is where a line stands.
type place struct {
	source string
	number int
}

// New returns a verifier that calls report with each problem as it finds it.
func New(report func(Problem)) *Verifier { return &Verifier{report: report} }

// Broken takes a line that is none, as reading.Input.OnBroken does.
func (v *Verifier) Broken(b *reading.Broken) {
	v.say(place{b.Source, b.Number}, b.Text, "%s", sentence(b.Err))
	v.summary.Lines++
	if v.current != nil {
		v.current.holes++
	}
}

// Line checks the next line. It always returns nil.
func (v *Verifier) Line(l *reading.Line) error {
	v.line = l
	v.summary.Lines++
	r := v.run(l)
	v.checkLine(r, l)
	r.order(l)
	r.follow(l)
	r.expire(r.now)
	v.last = place{l.Source, l.Number}
	return nil
}

// End checks what can be checked only when all was read, and returns the summary.
func (v *Verifier) End() Summary {
	v.line = nil
	for _, r := range v.runs {
		v.summary.Dropped += r.dropped
		if r.open() {
			r.end(false)
		}
	}
	v.summary.Runs = len(v.runs)
	v.summary.Notes = v.notes()
	return v.summary
}

// run returns the run that the line belongs to. A run that begins in the source of
// another has followed it: that one ends here.
func (v *Verifier) run(l *reading.Line) *run {
	for len(v.runs) <= l.Run {
		if v.current != nil && v.last.source == l.Source && v.current.open() {
			v.current.end(false)
		}
		v.runs = append(v.runs, newRun(v, l))
	}
	v.current = v.runs[l.Run]
	return v.current
}

// wrong reports a problem of the line that is being checked.
func (v *Verifier) wrong(format string, args ...any) {
	v.say(place{v.line.Source, v.line.Number}, v.line.Raw, format, args...)
}

func (v *Verifier) say(at place, line []byte, format string, args ...any) {
	v.summary.Problems++
	v.report(Problem{Source: at.source, Number: at.number, Text: fmt.Sprintf(format, args...), Line: line})
}

func sentence(err error) string { return err.Error() }

// moment is by how much a line may be older than one above it: its time was taken
// before it got its place. patience is how much later a line may come that another one
// belongs to; both are written within a moment, unless the machine is very busy. stride
// is how much of the time between two lines counts: more of it may be a jump.
const (
	moment   = 2 * time.Second
	patience = 30 * time.Second
	stride   = 5 * time.Second
)
