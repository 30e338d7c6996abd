// Package logstest checks in tests that what is logged is in the catalogue of
// package logs.
//
//	logger, recorder := logstest.New(t)
//	… // run what logs
//	closed := recorder.Only("stream.closed")
//
// When the test ends, it fails for each line that the catalogue does not
// declare: an unknown event, a level or sentence that is not the event's, a
// required field that is missing, a field that is not declared, of the wrong
// type or out of its list of values, and a second stream.closed for one stream.
// [Recorder.Forbid] adds texts that no line may contain.
//
// [CheckJSON] makes the same checks on the lines that a running program wrote.
package logstest

import (
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// Line is one line of the log.
type Line struct {
	Event   string
	Level   zapcore.Level
	Message string
	Logger  string
	Seq     int64 // number of the line, of CheckJSON; a Recorder has none
	// Fields are all other values by key: int64, float64, string, bool, []any
	// or map[string]any.
	Fields map[string]any
}

// Recorder holds the lines that were logged. Any goroutine may call its methods
// at any time; those that can stop the test are for the test's own goroutine.
type Recorder struct {
	t     testing.TB
	lines *observer.ObservedLogs

	mu        sync.Mutex
	forbidden []string
}

// New returns a logger that records every line, of level debug and above, and
// checks them all when the test ends.
func New(t testing.TB) (*zap.Logger, *Recorder) {
	core, lines := observer.New(zapcore.DebugLevel)
	r := &Recorder{t: t, lines: lines}
	t.Cleanup(r.check)
	return zap.New(core), r
}

// Forbid makes the test fail if any line contains one of the texts, such as
// that of a message.
func (r *Recorder) Forbid(texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forbidden = append(r.forbidden, texts...)
}

// All returns the lines so far, in order.
func (r *Recorder) All() []Line {
	var all []Line
	for _, e := range r.lines.All() {
		line := Line{Level: e.Level, Message: e.Message, Logger: e.LoggerName, Fields: e.ContextMap()}
		line.Event, _ = line.Fields["event"].(string)
		delete(line.Fields, "event")
		all = append(all, line)
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

// Only returns the one line of that event; the test stops if there is none or
// more than one.
func (r *Recorder) Only(event string) Line {
	r.t.Helper()
	named := r.Named(event)
	if len(named) != 1 {
		r.t.Fatalf("%d lines of %s, want 1; the log: %v", len(named), event, r.All())
	}
	return named[0]
}

func (r *Recorder) check() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.lines.All() {
		for key, n := range count(e.Context) {
			if n > 1 {
				r.t.Errorf("the log: %s has the field %s %d times", e.Message, key, n)
			}
		}
	}
	for _, problem := range problemsIn(r.All(), r.forbidden...) {
		r.t.Errorf("the log: %s", problem)
	}
}

func count(fields []zapcore.Field) map[string]int {
	times := make(map[string]int, len(fields))
	for _, f := range fields {
		times[f.Key]++
	}
	return times
}
