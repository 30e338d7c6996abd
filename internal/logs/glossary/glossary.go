// Package glossary describes, to people and to programs, the events that the log can have
// and their fields. Any goroutine may use it.
package glossary

import (
	"strings"

	"sseserver/internal/logs"
)

// Unit returns the unit of a field's value, which its key names: "ms" or "bytes"; "" if
// it has none.
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

// Common are the fields that every line has, in their order. Nobody may change them.
var Common = []logs.Field{
	{Key: logs.SeqKey, Kind: logs.Int, About: "number of the line, from 1 in each process"},
	{Key: logs.LevelKey, Kind: logs.String, About: "how bad it is", Values: []string{"debug", "info", "warn", "error"}},
	{Key: logs.TimeKey, Kind: logs.String, About: "when it was logged, in UTC, with microseconds"},
	{Key: logs.LoggerKey, Kind: logs.String, About: "the part of the program that wrote it"},
	{Key: logs.MessageKey, Kind: logs.String, About: "the event in words, the same on all its lines"},
	{Key: logs.EventKey, Kind: logs.String, About: "the name of the event"},
}

// Plain is a description of the catalogue without the marks of Markdown.
func Plain(about string) string { return strings.ReplaceAll(about, "`", "") }

// Find returns the event with this name or, if there is none, those whose names begin
// with it: "stream" and "stream." find all events of streams.
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
