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
// keys that every line has; and where the numbers of the lines have a gap that no
// log.entries_dropped tells of.
func CheckJSON(t testing.TB, log []byte, forbidden ...string) []Line {
	t.Helper()
	var lines []Line
	last := int64(0) // number of the line before; 0 for none
	for text := range bytes.Lines(log) {
		line, err := parseLine(text)
		if err != nil {
			t.Errorf("the log: %v in %s", err, text)
			continue
		}
		lines = append(lines, line)
		missing := int64(0)
		if line.Event == logs.LogEntriesDropped.Name {
			missing, _ = line.Fields["count"].(json.Number).Int64()
		}
		if last > 0 && line.Seq != last+missing+1 && line.Seq != 1 { // 1 is another process
			t.Errorf("the log: line %d follows line %d, and %d are told to be missing", line.Seq, last, missing)
		}
		last = line.Seq
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
	seq, _ := line.Fields[logs.SeqKey].(json.Number)
	delete(line.Fields, logs.SeqKey)
	var err error
	if line.Seq, err = seq.Int64(); err != nil {
		return line, fmt.Errorf("seq: %w", err)
	}
	if at := take(logs.TimeKey); !isTime(at) {
		return line, fmt.Errorf("the time %q is not of the layout %s in UTC", at, logs.TimeLayout)
	}
	line.Level, err = zapcore.ParseLevel(take(logs.LevelKey))
	return line, err
}

func isTime(text string) bool {
	at, err := time.Parse(logs.TimeLayout, text)
	return err == nil && at.UTC().Format(logs.TimeLayout) == text
}
