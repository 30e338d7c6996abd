package logs

import (
	"iter"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Event is one kind of log line. The events are the variables of this package;
// they are never changed after the program's start, and any goroutine may log
// one at any time.
type Event struct {
	// Name is the value of the "event" key.
	Name string
	// Levels are the levels the event may have; Log uses the first.
	Levels []zapcore.Level
	// Message is the value of the "msg" key, the same on every line of this event.
	Message string
	// About says when the event is logged, for docs/logs.md.
	About string
	// Required fields are on every line of this event, Optional ones where they
	// are known.
	Required, Optional []Field
	// Brief are the fields that the console form shows, in their order.
	Brief []Field
}

// Log writes the event at its first level.
func (e *Event) Log(l *zap.Logger, fields ...zap.Field) {
	e.LogAt(l, e.Levels[0], fields...)
}

// LogAt writes the event at one of its levels.
func (e *Event) LogAt(l *zap.Logger, level zapcore.Level, fields ...zap.Field) {
	line := e.Line(l, level)
	if line == nil {
		return
	}
	line.fields = append(line.fields, fields...) // a copy, so that the caller's slice does not escape to the heap
	line.Write()
}

// Fields returns the event's own fields, and whether each is required.
func (e *Event) Fields() iter.Seq2[Field, bool] {
	return func(yield func(Field, bool) bool) {
		for _, f := range e.Required {
			if !yield(f, true) {
				return
			}
		}
		for _, f := range e.Optional {
			if !yield(f, false) {
				return
			}
		}
	}
}

// declares reports whether lines of the event may have a field.
func (e *Event) declares(key string) bool {
	for f := range e.Fields() {
		if f.Key == key {
			return true
		}
	}
	return false
}

// Enabled reports whether Log would write the event.
func (e *Event) Enabled(l *zap.Logger) bool {
	return l.Core().Enabled(e.Levels[0])
}

// Named returns the event of the catalogue with this name, nil if there is none.
func Named(name string) *Event { return byName()[name] }

var byName = sync.OnceValue(func() map[string]*Event { // when the catalogue is whole
	events := make(map[string]*Event, len(Catalogue))
	for _, e := range Catalogue {
		events[e.Name] = e
	}
	return events
})
