package verify

import (
	"fmt"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"

	"go.uber.org/zap/zapcore"
)

// run is what is known of one process.
type run struct {
	*Verifier
	number int
	first  place // of its first line

	begun   uint64    // number of its first line; 1 if the log has its beginning
	seq     uint64    // highest number so far
	newest  time.Time // time of a line so far, since its clock was last set back
	set     int       // how often that was
	now     time.Time // the time, as it goes on without the jumps of that clock
	dropped uint64    // lines that log.entries_dropped owns up to
	holes   uint64    // lines that are missing without a word, or broken
	unsure  int64     // lines that were not judged because of what is missing

	least    zapcore.Level // that is logged now
	quietest zapcore.Level // the highest that least ever was
	shared   bool          // its messages are not its own
	older    bool          // its catalogue was another
	stopping bool          // server.shutdown_started
	forced   bool
	done     bool // server.shutdown_completed
	over     bool // nothing more is known of it
	left     int  // streams that were open then
	isTorn   bool // lines between an earlier part of the log and this one are missing

	streams  map[id]*stream
	messages map[id]*message
	requests map[string]*request // by their ids
	ends     map[id]bool         // streams that an operator has asked to end
	gone     recent              // messages that are not stored any more
	lost     recentIDs           // streams that ended unfinished
	due      queue[due]          // what must have come by then, soonest first
	counts   counts
	summed   uint64 // refusals that have no line
}

func newRun(v *Verifier, l *reading.Line) *run {
	level := zapcore.InfoLevel // unless its first line says so
	if l.Seq == 1 && l.Event != logs.ServerStarting {
		level = zapcore.ErrorLevel // at which there is no such line
	}
	return &run{
		Verifier: v, number: l.Run, first: place{l.Source, l.Number},
		begun: l.Seq, seq: max(l.Seq, 1) - 1, newest: l.Time, now: l.Time,
		least: level, quietest: level,
		streams: make(map[id]*stream), messages: make(map[id]*message), requests: make(map[string]*request),
		ends: make(map[id]bool), counts: make(counts),
	}
}

// open reports whether more can come of the run.
func (r *run) open() bool { return !r.over }

// whole reports whether every line so far is there that the level lets through, so
// that what no line tells has not happened.
func (r *run) whole() bool { return r.begun == 1 && r.dropped == 0 && r.holes == 0 && !r.older }

// sees reports whether all lines of this level were logged so far.
func (r *run) sees(level zapcore.Level) bool { return level >= r.quietest }

// lacks reports a problem of the line that is checked, which is none if the log lacks
// lines: one of those may have told what is missing.
func (r *run) lacks(format string, args ...any) {
	if !r.whole() || !r.sees(zapcore.InfoLevel) {
		r.unsure++
		return
	}
	r.wrong(format, args...)
}

// order checks the number and the time of a line.
func (r *run) order(l *reading.Line) {
	missing := uint64(0)
	if l.Event == logs.LogEntriesDropped {
		if n, ok := l.Int("count"); ok && n > 0 {
			missing = uint64(n)
		}
		r.dropped += missing
	}
	want := r.seq + missing + 1
	switch {
	case l.Seq == 0:
		r.wrong("the field seq is missing")
		r.holes++
	case r.begun == l.Seq && r.seq == l.Seq-1: // its first line, whatever came before
	case l.Seq == want:
	case l.Seq <= r.seq:
		r.wrong("its number %d is not above %d, that of a line before it", l.Seq, r.seq)
		r.holes++
	case l.Seq > want:
		r.wrong("%s missing before it: it is number %d and follows number %d%s", areLines(l.Seq-want), l.Seq, r.seq, owned(missing))
		r.holes += l.Seq - want
	default:
		r.wrong("its number %d is not %d, though it says that %s missing behind number %d", l.Seq, want, areLines(missing), r.seq)
		r.holes++
	}
	r.seq = max(r.seq, l.Seq)
	r.tick(l.Time)
}

// tick brings the time up to that of a line. Clocks are set, and machines sleep: such a
// jump says nothing of how long a line has had to come.
func (r *run) tick(to time.Time) {
	switch passed := to.Sub(r.newest); {
	case passed > 0:
		r.now = r.now.Add(min(passed, stride))
		r.newest = to
	case -passed > moment:
		r.newest = to
		r.set++
	}
}

func owned(missing uint64) string {
	if missing == 0 {
		return ""
	}
	return fmt.Sprintf(", and owns up to %d", missing)
}

func areLines(n uint64) string {
	if n == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", n)
}

// follow brings the state up to the line, and checks the line against it.
func (r *run) follow(l *reading.Line) {
	if r.over {
		if r.done {
			r.wrong("it follows server.shutdown_completed, which is the last line of its process")
		}
		return
	}
	if l.Seq == 1 && l.Event != logs.ServerStarting && l.Event != logs.ConfigInvalid && l.Level < zapcore.WarnLevel {
		r.wrong("it is the first line of its process, and not server.starting")
	}
	r.counts.add(l)
	switch l.Event {
	case logs.ServerStarting:
		r.starting(l)
	case logs.LogLevelChanged:
		r.levelChanged(l)
	case logs.ServerShutdownStarted:
		r.stopping = true
	case logs.ServerShutdownForced:
		r.forced = true
	case logs.ServerShutdownCompleted:
		r.completed(l)
	case logs.HTTPRejectionsSummed:
		if n, ok := l.Int("count"); ok {
			r.summed += uint64(n)
		}
	case logs.HTTPRequest:
		r.httpRequest(l)
	case logs.HTTPRequestRejected, logs.HTTPPanic:
		r.refused(l)
	case logs.MessageSubmitted, logs.MessageRejected, logs.MessageCompleted, logs.MessageFailed, logs.MessageDeleted, logs.MessageEvicted:
		r.ofMessage(l)
	case logs.StreamRejected:
		r.refused(l)
	case logs.StreamOpened, logs.StreamClosed, logs.StreamFirstChunk, logs.StreamChunk, logs.StreamSlow, logs.StreamRecovered, logs.StreamFault,
		logs.StreamEndRequested:
		r.ofStream(l)
	}
}

// starting reads the settings of the process.
func (r *run) starting(l *reading.Line) {
	if l.Seq != 1 {
		r.wrong("it is not the first line of its process")
	}
	edition, _ := l.Int("catalogue")
	if r.older = edition < logs.Edition; r.older {
		r.Verifier.older = append(r.Verifier.older, l.Source)
	}
	var settings map[string]string
	if config, ok := l.Get("config"); !ok || !config.Object(&settings) {
		return // which is said of the line
	}
	r.shared = settings["nats"] != ""
	level, err := zapcore.ParseLevel(settings["log-level"])
	if err != nil {
		r.wrong("its log-level is %q", settings["log-level"])
		return
	}
	r.least, r.quietest = level, level
}

// levelChanged takes note that other lines are left out from here on.
func (r *run) levelChanged(l *reading.Line) {
	from, errFrom := zapcore.ParseLevel(l.Str("from"))
	to, errTo := zapcore.ParseLevel(l.Str("to"))
	if errFrom != nil || errTo != nil {
		r.wrong("it names no level")
		return
	}
	if from != r.least && r.whole() {
		r.wrong("it says that the level was %s, but that was %s", from, r.least)
	}
	r.least, r.quietest = to, max(r.quietest, from, to)
}
