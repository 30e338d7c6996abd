package story

import (
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// ends are what became of the last messages that ended, as evidence, and which server
// had the last ones in its memory.
type ends struct {
	of    map[string]*end
	order []string

	home      map[string]int // runs
	homeOrder []string
}

// end is how a message ended.
type end struct {
	event   *logs.Event // message.failed, .deleted or .evicted
	reason  string
	request string
	by      string // the address of who asked for it, if the log tells
	at      time.Time
}

func newEnds() *ends { return &ends{of: make(map[string]*end), home: make(map[string]int)} }

// begin notes that a run had this message.
func (e *ends) begin(id string, run int) {
	e.home[id] = run
	if e.homeOrder = append(e.homeOrder, id); len(e.homeOrder) > most {
		delete(e.home, e.homeOrder[0])
		e.homeOrder = e.homeOrder[1:]
	}
}

func (e *ends) add(line *reading.Line) {
	id := line.Str("message_id")
	if e.of[id] == nil {
		e.order = append(e.order, id)
	}
	e.of[id] = &end{event: line.Event, reason: line.Str("reason"), request: line.Str("request_id"), at: line.Time}
	if len(e.order) > most {
		delete(e.of, e.order[0])
		e.order = e.order[1:]
	}
}

// by takes from a line of a request who made the message end.
func (e *ends) by(message, request, address string) {
	if end := e.of[message]; end != nil && end.request == request {
		end.by = address
	}
}
