package logs

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"go.uber.org/zap/zapcore"
)

// console is the form for people, with or without colours. A line has the local
// time, the level, the event in words, the short ids of message and stream, and what
// matters of the rest:
//
//	17:24:05.010 INFO  stream opened              5b0e3c0e 8d1f22aa characters every 50ms from 127.0.0.1
//	17:24:05.612 INFO  stream closed              5b0e3c0e 8d1f22aa completed 11 chunks of 11 in 602ms
//	17:24:09.101 WARN  request rejected                             GET /messages/x message_not_found 404
type console struct{ colored bool }

// Widths of columns, in characters; what is wider moves the rest of its line.
const (
	messageWidth = 26
	idWidth      = 8 // the first group of a UUID
)

// consoleTime is the layout of the time, which is the local one.
const consoleTime = "15:04:05.000"

// append is the form.
func (c console) append(to []byte, entry *zapcore.Entry, fields []zapcore.Field) []byte {
	line := printed{fields: fields, event: eventOf(fields)}
	hasIDs, details := line.hasIDs(), line.details()
	to = c.appendHead(to, entry, hasIDs || len(details) > 0)
	if hasIDs {
		to = c.paint(append(to, ' '), cyan, line.shortID(messageID.Key))
		to = c.paint(append(to, ' '), cyan, line.shortID(streamID.Key))
	}
	if len(details) > 0 {
		to = append(append(to, ' '), details...)
	}
	to = append(bytes.TrimRight(to, " "), '\n')
	return line.appendStack(to)
}

// appendHead adds the time, the level and the message, which fills its column if
// something follows.
func (c console) appendHead(to []byte, entry *zapcore.Entry, isFollowed bool) []byte {
	look := lookOf(entry.Level)
	to = c.paint(to, faint, entry.Time.Local().Format(consoleTime))
	to = c.paint(append(to, ' '), look.color, look.word)
	to = append(to, ' ')
	message := entry.Message
	if isFollowed {
		message = padded(message, messageWidth)
	}
	if entry.Level < zapcore.WarnLevel {
		return append(to, message...)
	}
	return c.paint(to, look.color, message)
}

// The colours, as SGR sequences (ECMA-48).
const (
	faint    = "\x1b[2m"
	red      = "\x1b[1;31m"
	yellow   = "\x1b[33m"
	green    = "\x1b[32m"
	cyan     = "\x1b[36m"
	endColor = "\x1b[0m"
)

// paint adds a text in a colour, if there are colours.
func (c console) paint(to []byte, color, text string) []byte {
	if !c.colored || strings.TrimSpace(text) == "" {
		return append(to, text...)
	}
	to = append(to, color...)
	to = append(to, text...)
	return append(to, endColor...)
}

// look is a level as it is shown.
type look struct{ word, color string }

func lookOf(level zapcore.Level) look {
	switch level {
	case zapcore.DebugLevel:
		return look{"DEBUG", faint}
	case zapcore.InfoLevel:
		return look{"INFO ", green}
	case zapcore.WarnLevel:
		return look{"WARN ", yellow}
	default:
		return look{"ERROR", red}
	}
}

// printed is a line's fields, and its event if that is in the catalogue.
type printed struct {
	fields []zapcore.Field
	event  *Event
}

// eventOf returns the event that the fields name, nil if there is none.
func eventOf(fields []zapcore.Field) *Event {
	for i := range fields {
		if fields[i].Key == EventKey {
			return Named(fields[i].String)
		}
	}
	return nil
}

func (p printed) field(key string) *zapcore.Field {
	i := slices.IndexFunc(p.fields, func(f zapcore.Field) bool { return f.Key == key })
	if i < 0 {
		return nil
	}
	return &p.fields[i]
}

// hasIDs reports whether the line has columns for ids, empty or not: if its event is one
// of a message, or of a request, which may be about one.
func (p printed) hasIDs() bool {
	return p.event != nil && (p.event.declares(messageID.Key) || p.event.declares(requestID.Key))
}

// shortID is the beginning of an id, or as many spaces.
func (p printed) shortID(key string) string {
	id := ""
	if f := p.field(key); f != nil {
		switch value := f.Interface.(type) {
		case uuid.UUID:
			id = value.String()
		default:
			id = f.String
		}
	}
	return padded(id[:min(len(id), idWidth)], idWidth)
}

// details are the event's brief fields, or all fields of an event that is not in the
// catalogue.
func (p printed) details() (to []byte) {
	if p.event == nil {
		for i := range p.fields {
			to = appendDetail(to, &p.fields[i])
		}
		return to
	}
	for _, brief := range p.event.Brief {
		if f := p.field(brief.Key); f != nil {
			to = appendDetail(to, f)
		}
	}
	return to
}

// appendStack adds the stack, if there is one, on lines of its own.
func (p printed) appendStack(to []byte) []byte {
	f := p.field(stack.Key)
	if f == nil {
		return to
	}
	to = appendRawEscaped(to, []byte(strings.TrimRight(plain(f.String), "\n")))
	return append(to, '\n')
}

// padded adds spaces to a text, up to so many characters.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
