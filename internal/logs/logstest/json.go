package logstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
)

// CheckJSON reads the lines of a log in JSON form and fails the test for each
// that is not in the catalogue, contains a forbidden text, or lacks one of the
// keys that every line has.
func CheckJSON(t testing.TB, log []byte, forbidden ...string) []Line {
	t.Helper()
	var lines []Line
	for text := range bytes.Lines(log) {
		line, err := parseLine(text)
		if err != nil {
			t.Errorf("the log: %v in %s", err, text)
			continue
		}
		lines = append(lines, line)
	}
	for _, problem := range problemsIn(lines, forbidden...) {
		t.Errorf("the log: %s", problem)
	}
	return lines
}

func parseLine(text []byte) (Line, error) {
	line := Line{Fields: make(map[string]any)}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // tells 1 from 1.0
	if err := decoder.Decode(&line.Fields); err != nil {
		return line, err
	}
	take := func(key string) string {
		value, _ := line.Fields[key].(string)
		delete(line.Fields, key)
		return value
	}
	line.Event, line.Message, line.Logger = take(logs.EventKey), take(logs.MessageKey), take(logs.LoggerKey)
	if at := take(logs.TimeKey); !isTime(at) {
		return line, fmt.Errorf("the time %q is not of the layout %s in UTC", at, logs.TimeLayout)
	}
	level, err := zapcore.ParseLevel(take(logs.LevelKey))
	line.Level = level
	return line, err
}

func isTime(text string) bool {
	at, err := time.Parse(logs.TimeLayout, text)
	return err == nil && at.UTC().Format(logs.TimeLayout) == text
}
