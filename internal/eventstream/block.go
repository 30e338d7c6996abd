package eventstream

import (
	"bytes"
	"math"
	"time"
)

// interpret acts on one whole line (WHATWG 9.2.6, "When a line is …").
func (p *Parser) interpret(line []byte, h Handler) error {
	if len(line) == 0 {
		return p.dispatch(h)
	}
	name, value := line, []byte(nil)
	if i := bytes.IndexByte(line, ':'); i >= 0 {
		name, value = line[:i], line[i+1:]
		if i == 0 {
			h.Comment(value)
			return nil
		}
		if len(value) > 0 && value[0] == ' ' { // one space, no more
			value = value[1:]
		}
	}
	switch string(name) { // names are compared exactly, case included
	case "data":
		if p.hasData {
			p.data.appendLine(value)
		} else {
			p.data.set(value)
			p.hasData = true
		}
	case "event":
		p.typ.set(value)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.id.set(value)
			p.hasID = true
		}
	case "retry":
		if wait, ok := parseRetry(value); ok {
			h.Retry(wait)
		}
	}
	if len(p.data.view)+len(p.typ.view)+len(p.id.view) > p.limit() {
		return ErrEventTooLong
	}
	return nil
}

// dispatch is what a blank line does: it commits the id even where there is no
// data, and reports an event only where there is.
func (p *Parser) dispatch(h Handler) error {
	if p.hasID {
		p.lastID = append(p.lastID[:0], p.id.view...)
	}
	var err error
	if p.hasData {
		err = h.Event(Event{Type: p.typ.view, Data: p.data.view, ID: p.lastID})
	}
	p.endBlock()
	return err
}

func (p *Parser) endBlock() {
	p.typ.reset()
	p.data.reset()
	p.id.reset()
	p.hasData, p.hasID = false, false
}

// parseRetry takes ASCII digits only. A time that no Duration can hold becomes
// the longest one in whole milliseconds.
func parseRetry(value []byte) (time.Duration, bool) {
	const most = math.MaxInt64 / int64(time.Millisecond)
	ms := int64(0)
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, false
		}
		if ms = ms*10 + int64(c-'0'); ms > most {
			ms = most
		}
	}
	return time.Duration(ms) * time.Millisecond, len(value) > 0
}
