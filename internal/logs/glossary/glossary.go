// Package glossary tells people and programs what can stand in the log: the events of
// the catalogue and their fields. Any goroutine may use it.
package glossary

import (
	"iter"
	"strings"

	"sseserver/internal/logs"
)

// Unit is the unit of a field's value, as it stands in its key: "ms" or "bytes"; "" for
// none.
func Unit(f logs.Field) string {
	switch {
	case strings.HasSuffix(f.Key, "_ms"):
		return "ms"
	case f.Key == "bytes":
		return "bytes"
	default:
		return ""
	}
}

// Common are the fields of every line, in their order.
var Common = []logs.Field{
	{Key: logs.SeqKey, Kind: logs.Int, About: "number of the line, from 1 in each process"},
	{Key: logs.LevelKey, Kind: logs.String, About: "how bad it is", Values: []string{"debug", "info", "warn", "error"}},
	{Key: logs.TimeKey, Kind: logs.String, About: "when it was logged, in UTC, with microseconds"},
	{Key: logs.LoggerKey, Kind: logs.String, About: "the part of the program that wrote it"},
	{Key: logs.MessageKey, Kind: logs.String, About: "the event in words, the same on all its lines"},
	{Key: logs.EventKey, Kind: logs.String, About: "the name of the event"},
}

// Fields are an event's own fields, and whether each is on every one of its lines.
func Fields(e *logs.Event) iter.Seq2[logs.Field, bool] {
	return func(yield func(logs.Field, bool) bool) {
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

// Find returns the events of a name, or else those whose names begin with it: "stream"
// and "stream." are all events of streams.
func Find(name string) []*logs.Event {
	var found []*logs.Event
	for _, e := range logs.Catalogue {
		if e.Name == name {
			return []*logs.Event{e}
		}
		if strings.HasPrefix(e.Name, name) {
			found = append(found, e)
		}
	}
	return found
}
