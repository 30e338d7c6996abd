package logs

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

//go:generate go test -run TestDocs . -update

var update = flag.Bool("update", false, "write docs/logs.md instead of checking it")

const (
	docs = "../../docs/logs.md"
	mark = "<!-- Made from internal/logs/table.go by `go generate ./internal/logs`; what stands above this line is not. -->\n"
)

func TestDocs(t *testing.T) {
	content, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(content), mark)
	if !found {
		t.Fatalf("docs/logs.md lacks the line %s", mark)
	}
	want := head + mark + document(Catalogue)
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(content) != want {
		t.Error("docs/logs.md is not what the catalogue says; run go generate ./internal/logs")
	}
}

// document writes the events as Markdown.
func document(events []*Event) string {
	var b strings.Builder
	for _, e := range events {
		var levels []string
		for _, level := range e.Levels {
			levels = append(levels, level.String())
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s Level: %s. Message: “%s”.\n\n", e.Name, e.About, strings.Join(levels, ", "), e.Message)
		b.WriteString("| field | type | meaning |\n|---|---|---|\n")
		for f, required := range e.Fields() {
			documentField(&b, f, required)
		}
	}
	return b.String()
}

func documentField(b *strings.Builder, f Field, required bool) {
	note := ""
	if !required {
		note = " (where known)"
	}
	meaning := f.About
	if f.Values != nil {
		meaning += ": `" + strings.Join(f.Values, "`, `") + "`"
	}
	fmt.Fprintf(b, "| `%s`%s | %s | %s |\n", f.Key, note, f.Kind, meaning)
}
