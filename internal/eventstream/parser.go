package eventstream

import (
	"bytes"
	"errors"
	"time"
)

// DefaultMaxEventBytes is the bound of a line and of an event where
// Parser.MaxEventBytes is zero.
const DefaultMaxEventBytes = 32 << 20

// ErrEventTooLong is returned by Feed when a line or an event is longer than
// MaxEventBytes.
var ErrEventTooLong = errors.New("eventstream: event longer than the limit")

// Event is one dispatched event. Its fields belong to the parser or to the
// bytes being fed and are valid only during the call of Handler.Event: copy
// what must live longer.
type Event struct {
	Type []byte // empty means "message"
	Data []byte // the data lines, joined by LF; may be empty
	ID   []byte // last event ID: of this event, or of the latest one before it that had an id field
}

// Handler receives what the parser finds, in the order of the stream and on the
// goroutine that called Feed. An error from Event stops Feed at once, which
// returns that error as it is; what follows in the same read is then not looked
// at.
type Handler interface {
	Event(Event) error
	Comment(text []byte)      // text after the colon, valid only during the call
	Retry(wait time.Duration) // a reconnection time, whole milliseconds, zero or more
}

// Parser is the state of one event stream. The zero value is ready. A Parser
// must not be copied after its first use, and serves one goroutine at a time.
type Parser struct {
	// MaxEventBytes bounds one line, and apart from that the data, type and id
	// of one event together, so that a hostile stream costs an error and not
	// the memory. Zero or less means DefaultMaxEventBytes.
	MaxEventBytes int

	lastID []byte // the "last event ID string": committed by a blank line
	line   []byte // start of a line that no read has ended yet

	// The block being read. An absent id or data field is not the same as an
	// empty one.
	typ, data, id  field
	hasData, hasID bool

	afterCR bool // an LF now would belong to the CR before it
	bom     int8 // bytes of the byte order mark seen, bomDone after the first other byte
}

// LastEventID returns the value for the Last-Event-ID header, empty if there is
// none. It is valid until the next call of Feed or SetLastEventID.
func (p *Parser) LastEventID() []byte { return p.lastID }

// SetLastEventID presets the last event ID, as if an event had carried it.
func (p *Parser) SetLastEventID(id string) { p.lastID = append(p.lastID[:0], id...) }

// Unfinished tells whether an end of the stream here is one in the middle of an
// event, which is then lost (WHATWG HTML, section 9.2.6: "Once the end of the
// file is reached, any pending data must be discarded. (If the file ends in the
// middle of an event, before the final empty line, the incomplete event is not
// dispatched.)"): data or an event type without the blank line after it, or part
// of a line. A comment is no part of an event; a whole id or retry line alone is
// no event, with or without a blank line.
func (p *Parser) Unfinished() bool {
	return p.hasData || len(p.typ.view) > 0 || len(p.line) > 0 && p.line[0] != ':'
}

// Reset prepares for a new connection: an unfinished line or event is dropped,
// a byte order mark may come again, and the last event ID stays. It is also
// what must follow an error of Feed.
func (p *Parser) Reset() {
	p.line = recycle(p.line)
	p.endBlock()
	p.afterCR = false
	p.bom = 0
}

// Feed parses the next bytes of the stream, which it neither changes nor keeps.
// It returns ErrEventTooLong, or the error of Handler.Event; after either only
// Reset may be called.
func (p *Parser) Feed(b []byte, h Handler) error {
	if p.bom != bomDone {
		if b = p.skipBOM(b); len(b) == 0 {
			return nil
		}
	}
	if p.afterCR && len(b) > 0 {
		p.afterCR = false
		if b[0] == '\n' {
			b = b[1:]
		}
	}
	// Each of the two terminators is searched for once over the whole read,
	// never again for every line, so a stream of CR lines costs no more than
	// one of LF lines.
	for lf, cr := index(b, '\n', 0), index(b, '\r', 0); len(b) > 0; {
		end := min(lf, cr)
		if end == len(b) {
			break
		}
		if err := p.endLine(b[:end], h); err != nil {
			return err
		}
		next := end + 1
		if end == cr {
			switch {
			case next == len(b):
				p.afterCR = true
			case lf == next:
				next++
			}
		}
		lf, cr, b = seek(b, '\n', lf, next), seek(b, '\r', cr, next), b[next:]
	}
	return p.keep(b)
}

// index is the position of c in b from i on, or len(b).
func index(b []byte, c byte, i int) int {
	if n := bytes.IndexByte(b[i:], c); n >= 0 {
		return i + n
	}
	return len(b)
}

// seek gives the position of c counted from next, where at is the one known before.
func seek(b []byte, c byte, at, next int) int {
	if at < next {
		at = index(b, c, next)
	}
	return at - next
}

// endLine interprets a line whose last bytes are rest, without its terminator.
func (p *Parser) endLine(rest []byte, h Handler) error {
	if len(p.line)+len(rest) > p.limit() {
		return ErrEventTooLong
	}
	if len(p.line) == 0 {
		return p.interpret(rest, h)
	}
	line := append(p.line, rest...)
	p.line = recycle(line) // values may still lie in it: keep copies them before it is used again
	return p.interpret(line, h)
}

// keep saves what a read left unfinished: values that lie in the bytes fed, or
// in the buffer of the line before, and the start of a line.
func (p *Parser) keep(rest []byte) error {
	if len(p.line)+len(rest) > p.limit() {
		return ErrEventTooLong
	}
	p.own()
	p.line = append(p.line, rest...)
	return nil
}

func (p *Parser) own() {
	p.typ.own()
	p.data.own()
	p.id.own()
}

func (p *Parser) limit() int {
	if p.MaxEventBytes > 0 {
		return p.MaxEventBytes
	}
	return DefaultMaxEventBytes
}
