package glossary

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"sseserver/internal/logs"
	"sseserver/internal/logs/terminal"
)

func TestFind(t *testing.T) {
	tests := []struct {
		name  string
		first string
		count int
	}{
		{"stream.closed", "stream.closed", 1},
		{"stream.c", "stream.chunk", 2},
		{"http.request", "http.request", 1}, // and not http.request_rejected
		{"stream.closedd", "", 0},
		{"", "server.starting", len(logs.Catalogue)},
	}
	for _, test := range tests {
		found := Find(test.name)
		if len(found) != test.count || test.count > 0 && found[0].Name != test.first {
			t.Errorf("%q: got %d events, want %d from %q on", test.name, len(found), test.count, test.first)
		}
	}
}

// The list has each event, and fits into a terminal.
func TestEvents(t *testing.T) {
	var b bytes.Buffer
	if err := Events(&b, terminal.Style{Width: 80}, logs.Catalogue); err != nil {
		t.Fatal(err)
	}
	for _, e := range logs.Catalogue {
		if !strings.Contains(b.String(), "\n"+e.Name+" ") && !strings.HasPrefix(b.String(), e.Name) {
			t.Errorf("it lacks %s", e.Name)
		}
	}
	for line := range strings.Lines(b.String()) {
		if width := utf8.RuneCountInString(line) - 1; width > 80 && strings.HasPrefix(line, " ") {
			t.Errorf("%d characters: %s", width, line)
		}
	}
}

func TestDetails(t *testing.T) {
	e := &logs.Event{
		Name: "job.ended", Levels: logs.StreamClosed.Levels[:2], Message: "job ended", About: "At the end of a `job`.",
		Required: []logs.Field{{Key: "reason", Kind: logs.String, About: "why", Values: []string{"done", "gone"}}},
		Optional: []logs.Field{{Key: "duration_ms", Kind: logs.Float, About: "how long it took, as far as anybody can tell who was there"}},
	}
	want := `job.ended  info, warn  “job ended”
   At the end of a job.

   reason       string      why: done, gone
   duration_ms  number, ms  where known: how long
                            it took, as far as
                            anybody can tell who
                            was there
`
	var b bytes.Buffer
	if err := Details(&b, terminal.Style{Width: 50}, []*logs.Event{e}); err != nil || b.String() != want {
		t.Errorf("error %v, got\n%swant\n%s", err, &b, want)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, []*logs.Event{logs.StreamSlow}); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Common []field
		Events []event
	}
	decoder := json.NewDecoder(&b)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&document); err != nil || len(document.Events) != 1 || len(document.Common) != 6 {
		t.Fatalf("error %v, got %+v", err, document)
	}
	e := document.Events[0]
	if e.Name != "stream.slow" || e.Levels[0] != "warn" || e.Message != "stream behind its schedule" {
		t.Errorf("got %+v", e)
	}
	found := false
	for _, f := range e.Fields {
		found = found || f.Key == "lag_ms" && f.Type == "number" && f.Unit == "ms" && f.Required
	}
	if !found {
		t.Errorf("no lag_ms in %+v", e.Fields)
	}
}
