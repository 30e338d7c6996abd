package logs

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Line is one line of an event while its fields are gathered, in memory that the next line
// uses again. A nil Line, of an event whose level is off, takes fields and writes nothing.
// One goroutine uses it, and not after Write.
//
// Many goroutines log, and their stacks are small. Whatever a line needs is therefore here
// and not on their stacks: zap's own way to a core takes two kilobytes, for which each
// stream's stack would have to be copied to a larger one.
type Line struct {
	core    *core                 // of a logger of ours
	checked *zapcore.CheckedEntry // of any other
	entry   zapcore.Entry
	fields  []zap.Field
	text    []byte // in one form or both
}

// lines are Lines to be used again. Each has room for a line in both forms.
var lines = sync.Pool{New: func() any { return &Line{text: make([]byte, 0, 2*maxLine)} }}

// Line begins a line at one of the event's levels; nil if that is off. The time of
// the line is now.
func (e *Event) Line(l *zap.Logger, level zapcore.Level) *Line {
	to, ours := l.Core().(*core)
	if !ours {
		return e.checked(l, level)
	}
	if !to.Enabled(level) {
		return nil
	}
	line := lines.Get().(*Line)
	line.core = to
	line.entry.Level, line.entry.Time, line.entry.LoggerName, line.entry.Message = level, time.Now(), l.Name(), e.Message
	line.fields = append(line.fields, to.context...)
	return line.Add(zap.String(EventKey, e.Name))
}

// checked begins a line of a logger with another core, as tests have.
func (e *Event) checked(l *zap.Logger, level zapcore.Level) *Line {
	checked := l.Check(level, e.Message)
	if checked == nil {
		return nil
	}
	line := lines.Get().(*Line)
	line.checked = checked
	return line.Add(zap.String(EventKey, e.Name))
}

// Add adds a field and returns the line. If it were inlined, the caller's stack would need
// room for each field.
//
//go:noinline
func (line *Line) Add(field zap.Field) *Line {
	if line != nil {
		line.fields = append(line.fields, field)
	}
	return line
}

// Write writes the line.
func (line *Line) Write() {
	switch {
	case line == nil:
		return
	case line.core != nil:
		line.core.put(line)
	default:
		line.checked.Write(line.fields...)
	}
	line.free()
}

func (line *Line) free() {
	clear(line.fields)
	line.core, line.checked, line.entry, line.fields = nil, nil, zapcore.Entry{}, line.fields[:0]
	if cap(line.text) <= 4*maxLine { // else it had a very long stack
		lines.Put(line)
	}
}
