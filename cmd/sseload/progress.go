package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// progress is the live line on a terminal. Elsewhere it writes nothing. One
// goroutine at a time may use it.
type progress struct {
	out       io.Writer // nil if nobody is looking
	clients   int
	processes int

	told     map[int]int      // ticks of each second so far, one from each process
	timeline measure.Timeline // their sum
	open     int64
	errors   uint64
}

// eraseLine goes back to the line's beginning and clears it (ECMA-48, EL).
const eraseLine = "\r\x1b[K"

func newProgress(out io.Writer, c load.Config) *progress {
	p := &progress{clients: c.Clients, processes: c.Processes, told: map[int]int{}}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.out = out
	}
	return p
}

func (p *progress) phase(what string) { p.show("%s …", what) }

// tick adds one process's second, and shows it once all have told theirs.
func (p *progress) tick(t load.Tick) {
	second := p.timeline.At(time.Duration(t.Second) * time.Second)
	second.Add(t.Of)
	if p.told[t.Second]++; p.told[t.Second] < p.processes {
		return
	}
	delete(p.told, t.Second)
	p.open += int64(second.Opened) - int64(second.Closed)
	p.errors += second.Errors
	late := "-"
	if len(second.Lateness) > 0 {
		late = measure.HeatQuantile(second.Lateness, 0.99).Round(100 * time.Microsecond).String()
	}
	p.show("%4d s  %d of %d clients open  %d events/s  lateness p99 %s  %d errors",
		t.Second+1, p.open, p.clients, second.Events, late, p.errors)
}

func (p *progress) show(format string, values ...any) {
	if p.out != nil {
		fmt.Fprint(p.out, eraseLine+fmt.Sprintf(format, values...))
	}
}

// clear makes room for the summary.
func (p *progress) clear() {
	if p.out != nil {
		fmt.Fprint(p.out, eraseLine)
	}
}
