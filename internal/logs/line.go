package logs

import (
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Line is one line of an event while its fields are gathered, in memory that is used
// again for the next one. A nil Line, of an event whose level is off, takes fields and
// is written nowhere. It is for one goroutine, and gone with Write.
type Line struct {
	checked *zapcore.CheckedEntry
	fields  []zap.Field
}

// lines have room for the fields of a line.
var lines = sync.Pool{New: func() any { return new(Line) }}

// Line begins a line at one of the event's levels; nil if that is off. The time of
// the line is now.
func (e *Event) Line(l *zap.Logger, level zapcore.Level) *Line {
	checked := l.Check(level, e.Message)
	if checked == nil {
		return nil
	}
	line := lines.Get().(*Line)
	line.checked = checked
	line.fields = append(line.fields, zap.String(EventKey, e.Name))
	return line
}

// Add adds fields, and returns the line. They are copied: the caller's slice does not
// escape to the heap.
func (line *Line) Add(fields ...zap.Field) *Line {
	if line != nil {
		line.fields = append(line.fields, fields...)
	}
	return line
}

// Write writes the line. A core copies the fields that it keeps.
func (line *Line) Write() {
	if line == nil {
		return
	}
	line.checked.Write(line.fields...)
	clear(line.fields)
	line.checked, line.fields = nil, line.fields[:0]
	lines.Put(line)
}
