package story

import (
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// runs are the processes that wrote the log, by their numbers.
type runs map[int]*run

type run struct {
	open     int  // streams
	shared   bool // its messages are not in its memory
	source   string
	signal   string // that asked it to stop, "" while none did
	stopping bool
	forced   bool // it did not wait for its streams
	complete bool // its shutdown
	replaced bool // by the next one, in the same file
	quiet    bool // its level leaves out streams
	cut      bool // its first lines are missing
	seq      uint64
	hole     time.Time // of the line behind the last ones that are missing
	stalls   stalls
	last     time.Time
}

// of returns the run with this number.
func (r runs) of(number int) *run {
	if r[number] == nil {
		r[number] = new(run)
	}
	return r[number]
}

// note takes from a line what it tells of its process. The next one in the same
// file shows that the one before is over, with all that it left open.
func (r runs) note(line *reading.Line, vanish func(run int, last time.Time)) {
	this := r[line.Run]
	first := this == nil
	if first {
		this = r.of(line.Run)
		for number, other := range r {
			if other != this && other.source == line.Source && !other.replaced {
				other.replaced = true
				vanish(number, other.last)
			}
		}
	}
	if this.seq > 0 && line.Seq > this.seq+1 {
		this.hole = line.Time
	}
	this.source, this.last, this.seq = line.Source, line.Time, line.Seq
	if first {
		this.cut = line.Seq > 1
	}
	if line.Seq == 1 && line.Event != logs.ServerStarting && line.Event != logs.ConfigInvalid {
		this.quiet = true
	}
	switch line.Event {
	case logs.ServerStarting:
		var settings map[string]string
		if config, ok := line.Get("config"); ok && config.Object(&settings) {
			this.shared = settings["nats"] != ""
		}
	case logs.LogLevelChanged:
		to := line.Str("to")
		this.quiet = this.quiet || to != "debug" && to != "info"
	case logs.ServerShutdownStarted:
		this.stopping, this.signal = true, line.Str("signal")
	case logs.ServerShutdownForced:
		this.forced = true
	case logs.ServerShutdownCompleted:
		this.complete = true
	}
}

// gaps says whether the level of any leaves out streams, and whether the first lines of
// any are missing.
func (r runs) gaps() (quiet, cut bool) {
	for _, run := range r {
		quiet, cut = quiet || run.quiet, cut || run.cut
	}
	return quiet, cut
}

// lacks says whether lines are missing that may tell what happened after a time.
func (r *run) lacks(after time.Time) bool { return r.hole.After(after) }

// over says whether the process has ended, as far as its lines tell.
func (r *run) over() bool { return r.replaced || r.complete || r.forced }
