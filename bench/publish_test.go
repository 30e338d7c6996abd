package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"sseserver/bench/internal/report"
)

func TestPublish(t *testing.T) {
	o := options{out: filepath.Join(t.TempDir(), "new")}
	results := report.Results{Scenarios: []report.Outcome{{Name: "main"}, {Name: "busy"}, {Name: "churn"}, {Name: "growth"}, {Name: "fair"}, {Name: "chat"}}}
	if err := publish(o, results, io.Discard); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(o.out, "*"))
	for i, file := range files {
		files[i] = filepath.Base(file)
	}
	want := "chat.json chat.md churn.json churn.md fair.json fair.md growth.json growth.md growth.svg main.json main.md main.svg scenarios.json scenarios.md"
	if got := strings.Join(files, " "); err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}
