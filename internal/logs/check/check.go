// Package check holds the rules that the catalogue of package logs sets for a
// single line: its level, its sentence, and its fields. Tests apply them to what is
// logged, and package verify to what was.
package check

import (
	"fmt"
	"slices"
	"strings"

	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// Event is the rules of one event. It is never changed, and any goroutine may use it.
type Event struct {
	event    *logs.Event
	fields   []logs.Field // the required ones first
	required Seen
}

// Seen is a set of fields of one event, a bit for each.
type Seen uint64

// Of returns the rules of an event, the same each time, nil for one that is not in
// the catalogue.
func Of(event *logs.Event) *Event { return all[event] }

var all = compile()

func compile() map[*logs.Event]*Event {
	all := make(map[*logs.Event]*Event)
	for _, event := range logs.Catalogue {
		all[event] = &Event{
			event:    event,
			fields:   slices.Concat(event.Required, event.Optional),
			required: 1<<len(event.Required) - 1,
		}
	}
	return all
}

// Head says what is wrong with the level and the sentence of a line, in no more than
// one sentence each. A reason is that of stream.closed, which decides its level.
func (e *Event) Head(level zapcore.Level, message, reason string) (problems []string) {
	switch {
	case !slices.Contains(e.event.Levels, level):
		problems = append(problems, fmt.Sprintf("level %s, want one of %v", level, e.event.Levels))
	case e.event == logs.StreamClosed && level != logs.CloseLevel(reason):
		problems = append(problems, fmt.Sprintf("level %s, want %s for the reason %s", level, logs.CloseLevel(reason), reason))
	}
	if message != e.event.Message {
		problems = append(problems, fmt.Sprintf("message %q, want %q", message, e.event.Message))
	}
	return problems
}

// Field returns the declaration of a field and its bit, and nil if it is not declared.
func (e *Event) Field(key string) (*logs.Field, Seen) {
	i := slices.IndexFunc(e.fields, func(f logs.Field) bool { return f.Key == key })
	if i < 0 {
		return nil, 0
	}
	return &e.fields[i], 1 << i
}

// Undeclared is what is wrong with a field that is not declared.
func Undeclared(key string) string { return fmt.Sprintf("the field %s is not declared", key) }

// Kind says what is wrong with the kind of a field's value, "" if nothing is.
func Kind(field *logs.Field, kind logs.Kind) string {
	if accepts(field.Kind, kind) {
		return ""
	}
	return fmt.Sprintf("the field %s is %s, want %s", field.Key, indefinite(kind), indefinite(field.Kind))
}

// Value says what is wrong with the value of a field, "" if nothing is: is tells
// whether it is a word of the field's list.
func Value(field *logs.Field, is func(word string) bool, text func() string) string {
	if field.Values == nil || slices.ContainsFunc(field.Values, is) {
		return ""
	}
	return fmt.Sprintf("the field %s is %q, want one of %v", field.Key, text(), field.Values)
}

// Whole is the kind of a number that JSON shows without a fraction: an integer, or a
// number that happens to have none.
const Whole logs.Kind = "whole number"

// accepts reports whether a value of one kind may stand where another is declared.
func accepts(declared, got logs.Kind) bool {
	return got == declared || got == Whole && (declared == logs.Int || declared == logs.Float)
}

// Missing names the required fields that a line lacks, which has those of seen.
func (e *Event) Missing(seen Seen) (problems []string) {
	if lacks := e.required &^ seen; lacks != 0 {
		for i, field := range e.event.Required {
			if lacks&(1<<i) != 0 {
				problems = append(problems, fmt.Sprintf("the field %s is missing", field.Key))
			}
		}
	}
	return problems
}

// indefinite is a kind with its article.
func indefinite(kind logs.Kind) string {
	if strings.ContainsRune("aio", rune(kind[0])) {
		return "an " + string(kind)
	}
	return "a " + string(kind)
}
