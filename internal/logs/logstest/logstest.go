// Package logstest checks in tests that what is logged is in the catalogue of package logs.
//
//	logger, recorder := logstest.New(t)
//	… // run what logs
//	closed := recorder.Only("stream.closed")
//
// When the test ends, it fails for each line that the catalogue does not declare: an unknown event, a level or sentence that
// is not the event's, a required field that is missing, a field that is not declared, of the wrong type or out of its list of
// values, and a second stream.closed for one stream. [Recorder.Forbid] adds texts that no line may contain.
package logstest

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// Recorder holds the lines that were logged. Any goroutine may call its methods at any time.
type Recorder struct {
	t     testing.TB
	lines *observer.ObservedLogs
}

// New returns a logger that records every line, of level debug and above, and checks them all when the test ends.
func New(t testing.TB) (*zap.Logger, *Recorder) {
	core, lines := observer.New(zapcore.DebugLevel)
	r := &Recorder{t: t, lines: lines}
	return zap.New(core), r
}

// Line is one line of the log.
type Line struct {
	Event  string
	Level  zapcore.Level
	Logger string
	// Fields are the values by key, as zap's map encoder gives them: int64, float64, string, bool, []any, map[string]any.
	Fields map[string]any
}

// All returns the lines so far, in order.
func (r *Recorder) All() []Line {
	var all []Line
	for _, e := range r.lines.All() {
		fields := e.ContextMap()
		name, _ := fields["event"].(string)
		all = append(all, Line{Event: name, Level: e.Level, Logger: e.LoggerName, Fields: fields})
	}
	return all
}

// Named returns the lines of one event so far, in order.
func (r *Recorder) Named(event string) []Line {
	var named []Line
	for _, line := range r.All() {
		if line.Event == event {
			named = append(named, line)
		}
	}
	return named
}

// Only returns the one line of that event; the test stops if there is none or more than one.
func (r *Recorder) Only(event string) Line {
	r.t.Helper()
	named := r.Named(event)
	if len(named) != 1 {
		r.t.Fatalf("%d lines of %s, want 1; the log: %v", len(named), event, r.All())
	}
	return named[0]
}
