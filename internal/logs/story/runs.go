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
	if this == nil {
		this = r.of(line.Run)
		for number, other := range r {
			if other != this && other.source == line.Source && !other.replaced {
				other.replaced = true
				vanish(number, other.last)
			}
		}
	}
	this.source, this.last = line.Source, line.Time
	switch line.Event {
	case logs.ServerStarting:
		var settings map[string]string
		if config, ok := line.Get("config"); ok && config.Object(&settings) {
			this.shared = settings["nats"] != ""
		}
	case logs.ServerShutdownStarted:
		this.stopping, this.signal = true, line.Str("signal")
	case logs.ServerShutdownForced:
		this.forced = true
	case logs.ServerShutdownCompleted:
		this.complete = true
	}
}

// over says whether the process has ended, as far as its lines tell.
func (r *run) over() bool { return r.replaced || r.complete || r.forced }
