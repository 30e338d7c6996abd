package logstest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sseserver/internal/logs"
)

// problemsIn returns, in words, each way in which the lines break the
// catalogue, or contain a forbidden text.
func problemsIn(lines []Line, forbidden ...string) []string {
	var all []string
	closed := make(map[any]bool)
	for _, line := range lines {
		problems := append(problemsOf(line), leaks(line, forbidden)...)
		if line.Event == logs.StreamClosed.Name {
			id := line.Fields["stream_id"]
			if closed[id] {
				problems = append(problems, "a second one for its stream")
			}
			closed[id] = true
		}
		for _, problem := range problems {
			all = append(all, fmt.Sprintf("%s: %s; the line: %s %q %v", line.Event, problem, line.Level, line.Message, line.Fields))
		}
	}
	return all
}

func problemsOf(line Line) []string {
	event := eventNamed(line.Event)
	if event == nil {
		return []string{"the event is not declared"}
	}
	var problems []string
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !slices.Contains(event.Levels, line.Level) {
		add("level %s, want one of %v", line.Level, event.Levels)
	}
	if event == logs.StreamClosed {
		reason, _ := line.Fields["reason"].(string)
		if want := logs.CloseLevel(reason); line.Level != want {
			add("level %s, want %s for the reason %s", line.Level, want, reason)
		}
	}
	if line.Message != event.Message {
		add("message %q, want %q", line.Message, event.Message)
	}
	for _, f := range event.Required {
		if _, ok := line.Fields[f.Key]; !ok {
			add("the field %s is missing", f.Key)
		}
	}
	for key, value := range line.Fields {
		f, declared := fieldOf(event, key)
		switch {
		case !declared:
			add("the field %s is not declared", key)
		case !isKind(f.Kind, value):
			add("the field %s is a %T, want %s", key, value, f.Kind)
		case f.Values != nil && !slices.Contains(f.Values, fmt.Sprint(value)):
			add("the field %s is %v, want one of %v", key, value, f.Values)
		}
	}
	return problems
}

// eventNamed returns the event of the catalogue with this name, or nil.
func eventNamed(name string) *logs.Event {
	for _, event := range logs.Catalogue {
		if event.Name == name {
			return event
		}
	}
	return nil
}

// fieldOf returns the declaration of the event's field with this key, and
// whether there is one.
func fieldOf(event *logs.Event, key string) (logs.Field, bool) {
	for _, fields := range [][]logs.Field{event.Required, event.Optional} {
		for _, field := range fields {
			if field.Key == key {
				return field, true
			}
		}
	}
	return logs.Field{}, false
}

// isKind reports whether the value, of zap's map encoder or of JSON, is of the
// kind.
func isKind(kind logs.Kind, value any) bool {
	switch v := value.(type) {
	case string:
		return kind == logs.String
	case bool:
		return kind == logs.Bool
	case int64, uint64:
		return kind == logs.Int
	case float64:
		return kind == logs.Float
	case json.Number:
		return kind == logs.Float || kind == logs.Int && isInteger(v.String())
	case []any:
		return kind == logs.List && !slices.ContainsFunc(v, func(item any) bool { return !isKind(logs.String, item) })
	case map[string]any:
		return kind == logs.Object
	default:
		return false
	}
}

// isInteger takes what an int64 or an uint64 can hold.
func isInteger(number string) bool {
	_, err := strconv.ParseInt(number, 10, 64)
	_, errUnsigned := strconv.ParseUint(number, 10, 64)
	return err == nil || errUnsigned == nil
}

// leaks says which of the texts the line contains.
func leaks(line Line, forbidden []string) []string {
	var found []string
	written := fmt.Sprint(line.Message, line.Fields)
	for _, text := range forbidden {
		if strings.Contains(written, text) {
			found = append(found, fmt.Sprintf("it contains %q", text))
		}
	}
	return found
}
