package logstest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/check"
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
	rules := check.Of(logs.Named(line.Event))
	if rules == nil {
		return []string{"the event is not declared"}
	}
	reason, _ := line.Fields["reason"].(string)
	problems := rules.Head(line.Level, line.Message, reason)
	var all check.Seen
	for key, value := range line.Fields {
		if problem := fieldProblem(rules, &all, key, value); problem != "" {
			problems = append(problems, problem)
		}
	}
	return append(problems, rules.Missing(all)...)
}

// fieldProblem says what is wrong with one field, and adds it to those that were seen.
func fieldProblem(rules *check.Event, all *check.Seen, key string, value any) string {
	field, seen := rules.Field(key)
	if *all |= seen; field == nil {
		return check.Undeclared(key)
	}
	if problem := check.Kind(field, kindOf(value)); problem != "" {
		return problem
	}
	text := func() string { return fmt.Sprint(value) }
	return check.Value(field, func(word string) bool { return word == text() }, text)
}

// kindOf returns the kind of a value, of zap's map encoder or of JSON, or the name of
// a type that is none.
func kindOf(value any) logs.Kind {
	switch v := value.(type) {
	case string:
		return logs.String
	case bool:
		return logs.Bool
	case int64, uint64:
		return logs.Int
	case float64:
		return logs.Float
	case json.Number:
		if isInteger(v.String()) {
			return check.Whole
		}
		return logs.Float
	case []any:
		if !slices.ContainsFunc(v, func(item any) bool { return kindOf(item) != logs.String }) {
			return logs.List
		}
	case map[string]any:
		return logs.Object
	}
	return logs.Kind(fmt.Sprintf("%T", value))
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
