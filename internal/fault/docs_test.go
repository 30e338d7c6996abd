package fault_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"sseserver/internal/fault"
)

//go:generate go test -run TestDocs . -update

var update = flag.Bool("update", false, "write the table of docs/faults.md instead of checking it")

// The table stands between two lines.
const (
	docs  = "../../docs/faults.md"
	begin = "<!-- Made from internal/fault/kind.go by `go generate ./internal/fault`, down to the next such line. -->\n"
	end   = "<!-- What follows is not made. -->\n"
)

func TestDocs(t *testing.T) {
	content, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, hasBegin := strings.Cut(string(content), begin)
	_, tail, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		t.Fatalf("docs/faults.md lacks the lines %s%s", begin, end)
	}
	want := head + begin + table() + end + tail
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(content) != want {
		t.Error("docs/faults.md is not what the table of kinds says; run go generate ./internal/fault")
	}
}

// table writes all kinds as Markdown.
func table() string {
	var b strings.Builder
	b.WriteString("\n| fault | for example | what the example does |\n|---|---|---|\n")
	for kind := range fault.Kinds {
		info := &fault.Kinds[kind]
		about := info.About
		if info.Takes != "" {
			about += ". V is " + info.Takes
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", info.Form(), info.Example, about)
	}
	b.WriteString("\n")
	return b.String()
}
