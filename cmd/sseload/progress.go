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

// progress shows how the run goes: on a terminal as one line that changes each
// second, elsewhere, in the log of a pipeline say, as a plain line each ten
// seconds. It is a watcher.
type progress struct {
	out      io.Writer
	terminal bool
	clients  int
	due      bool // it is known when events are, so that they can be late

	all    sum // since the start
	latest sum // since the latest line
}

const (
	// eraseLine goes back to the line's beginning and clears it (ECMA-48, EL).
	eraseLine = "\r\x1b[K"

	plainLines = 10 // seconds from one to the next
)

func newProgress(out io.Writer, clients int, due bool) *progress {
	p := &progress{out: out, clients: clients, due: due}
	if file, ok := out.(*os.File); ok {
		p.terminal = term.IsTerminal(int(file.Fd()))
	}
	return p
}

func (p *progress) phase(what string) { p.show(what + " …") }

func (p *progress) second(t load.Tick) {
	p.all.add(t)
	p.latest.add(t)
	if !p.terminal && (t.Second+1)%plainLines != 0 {
		return
	}
	p.show(p.line(t))
	p.latest = sum{}
}

func (p *progress) line(t load.Tick) string {
	return fmt.Sprintf("%4d s  %s  %d of %d clients open  %d events/s  %s%d errors", t.Second+1, t.Window,
		p.all.open(), p.clients, p.latest.Events/uint64(p.latest.seconds), p.lateness(), p.all.Errors)
}

func (p *progress) lateness() string {
	switch {
	case !p.due:
		return ""
	case len(p.latest.Lateness) == 0:
		return "lateness p99 -  "
	}
	return fmt.Sprintf("lateness p99 %v  ", measure.HeatQuantile(p.latest.Lateness, 0.99).Round(100*time.Microsecond))
}

func (p *progress) show(line string) {
	if p.terminal {
		fmt.Fprint(p.out, eraseLine+line)
		return
	}
	fmt.Fprintln(p.out, line)
}

// clear makes room for the summary.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.out, eraseLine)
	}
}
