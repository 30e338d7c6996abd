package story

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
)

// start is when the logs of these tests begin.
var start = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// script is a log that a test writes, one line each: "12.5 stream.opened m1 s1 key=value",
// with seconds from the start. A "~" is a space.
type script []string

// ids are named m1, s1, r1 or t1 in a script: a message, a stream, a request, a trace.
var ids = map[byte]string{'m': "message_id", 's': "stream_id", 'r': "request_id", 't': "trace_id"}

func id(name string) string {
	return (name + "aaaaaa")[:8] + "-0000-4000-8000-000000000000"
}

// text is the script as JSON lines, numbered from 1 again at each server.starting.
func (s script) text(t testing.TB) string {
	t.Helper()
	var all strings.Builder
	seq := 0
	for _, row := range s {
		var after float64
		var name string
		if _, err := fmt.Sscan(row, &after, &name); err != nil {
			t.Fatalf("%q: %v", row, err)
		}
		if name == "server.starting" {
			seq = 0
		}
		seq++
		event := eventNamed(t, name)
		line := map[string]any{
			"seq": seq, "time": start.Add(time.Duration(after * float64(time.Second))).Format(logs.TimeLayout),
			"level": event.Levels[0].String(), "msg": event.Message, "event": name,
		}
		for _, word := range strings.Fields(row)[2:] {
			addWord(line, word)
		}
		encoded, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(append(encoded, '\n'))
	}
	return all.String()
}

// addWord adds a field: an id, or key=value.
func addWord(line map[string]any, word string) {
	key, value, ok := strings.Cut(word, "=")
	if !ok {
		line[ids[word[0]]] = id(word)
		return
	}
	var parsed any
	switch {
	case key == "previous_stream_id":
		line[key] = id(value)
	case key != "last_event_id" && json.Unmarshal([]byte(value), &parsed) == nil:
		line[key] = parsed
	default:
		line[key] = strings.ReplaceAll(value, "~", " ")
	}
}

func eventNamed(t testing.TB, name string) *logs.Event {
	t.Helper()
	for _, event := range logs.Catalogue {
		if event.Name == name {
			return event
		}
	}
	t.Fatalf("no event %q", name)
	return nil
}

// lines are those of a script, each time anew.
func (s script) lines(t *testing.T) iter.Seq[*reading.Line] {
	t.Helper()
	text := s.text(t)
	return func(yield func(*reading.Line) bool) {
		stopped := fmt.Errorf("stopped")
		_, err := reading.Read(t.Context(), reading.Stream("server.log", strings.NewReader(text)), func(line *reading.Line) error {
			if !yield(line) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			t.Errorf("reading the script: %v", err)
		}
	}
}

// opens and closes are lines of a stream of 10 characters, which a row goes on with
// and may change.
func opens(at float64, row string) string {
	return fmt.Sprintf("%g stream.opened kind=characters unit=character interval_ms=50 client.address=10.0.0.1 "+
		"last_event_id= first_position=0 total=10 %s", at, row)
}

func closes(at float64, reason string, chunks int, row string) string {
	return fmt.Sprintf("%g stream.closed kind=characters unit=character bytes=1 duration_ms=1000 max_lag_ms=1 client.address=10.0.0.1 "+
		"total=10 reason=%s chunks=%d done=%t resumed=false last_position=%d %s", at, reason, chunks, reason == "completed", chunks-1, row)
}

// resumes is the line of a stream that goes on at a position.
func resumes(at float64, position int, row string) string {
	return opens(at, fmt.Sprintf("last_event_id=%d first_position=%d %s", position-1, position, row))
}
