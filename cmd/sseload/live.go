package main

import (
	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// live adds up the ticks of all processes and tells each whole second to those
// who watch. One goroutine at a time may use it.
type live struct {
	processes int
	watchers  []watcher
	seconds   map[int]*told // that not every process has told
}

// watcher is told each second of the run in order.
type watcher interface {
	phase(what string)
	second(load.Tick)
}

type told struct {
	load.Tick
	by int // processes
}

func newLive(processes int, watchers ...watcher) *live {
	return &live{processes: max(processes, 1), watchers: watchers, seconds: map[int]*told{}}
}

func (l *live) phase(what string) {
	for _, w := range l.watchers {
		w.phase(what)
	}
}

func (l *live) tick(t load.Tick) {
	all := l.seconds[t.Second]
	if all == nil {
		all = &told{Tick: load.Tick{Second: t.Second, Window: t.Window}}
		l.seconds[t.Second] = all
	}
	all.Of.Add(t.Of)
	if all.by++; all.by < l.processes {
		return
	}
	delete(l.seconds, t.Second)
	for _, w := range l.watchers {
		w.second(all.Tick)
	}
}

// sum is what the seconds so far add up to.
type sum struct {
	measure.Second
	seconds int
}

func (s *sum) add(t load.Tick) {
	s.Second.Add(t.Of)
	s.seconds++
}

// open is how many connections are.
func (s *sum) open() int64 { return int64(s.Opened) - int64(s.Closed) }
