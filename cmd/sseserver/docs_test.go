package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

//go:generate go test -run TestDocs . -update

var update = flag.Bool("update", false, "write docs/configuration.md instead of checking it")

func TestDocs(t *testing.T) {
	const docs = "../../docs/configuration.md"
	const mark = "<!-- Made from cmd/sseserver/config.go by `go generate ./cmd/sseserver`; what stands above this line is not. -->\n"
	content, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(content), mark)
	if !found {
		t.Fatalf("docs/configuration.md lacks the line %s", mark)
	}
	want := head + mark + document()
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(content) != want {
		t.Error("docs/configuration.md is not what the settings say; run go generate ./cmd/sseserver")
	}
}

// document writes the settings as a Markdown table.
func document() string {
	var c Config
	var b strings.Builder
	b.WriteString("\n| flag, variable | default | allowed | meaning |\n|---|---|---|---|\n")
	for _, s := range settings(&c) {
		def := "empty"
		if s.def != "" {
			def = "`" + s.def + "`"
		}
		fmt.Fprintf(&b, "| `%s`, `%s` | %s | %s | %s |\n", s.flag(), s.variable(), def, s.value.Allowed(), s.usage)
	}
	return b.String()
}
