// Package docscheck runs the commands that README.md, the files in docs and
// deploy/cluster/README.md show, and compares what they print with what is shown
// there. It has only tests.
//
// A command is a line of a sh block, a line after "$ " in a console block, or a
// code span that begins with the name of a program, such as `sseserver --help`.
// Every command must be in the table of commands_test.go, which says who runs it.
package docscheck

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// top is the root of the repository.
const top = "../.."

// isCI says that every command is to be run.
var isCI = os.Getenv("CI") == "true"

// documents are the files whose commands are checked.
func documents(t *testing.T) []string {
	t.Helper()
	docs, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil || len(docs) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	others := []string{"README.md", "deploy/README.md", "deploy/cluster/README.md"}
	for i, name := range others {
		others[i] = filepath.Join(top, name)
	}
	return append(others, docs...)
}

// TestTable fails for a command that nobody runs, and for an entry of the table
// that no document shows.
func TestTable(t *testing.T) {
	ci, err := os.ReadFile(filepath.Join(top, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	unused := maps.Clone(commands)
	for _, document := range documents(t) {
		for _, c := range read(t, document) {
			if _, ok := commands[c.text]; !ok {
				t.Errorf("%s:%d: nobody runs %q: say in commands_test.go who does", c.file, c.line, c.text)
			}
			delete(unused, c.text)
		}
	}
	for _, text := range slices.Sorted(maps.Keys(unused)) {
		t.Errorf("commands_test.go has %q, which no document shows", text)
	}
	for text, how := range commands {
		if how.inCI != "" && !strings.Contains(string(ci), how.inCI) {
			t.Errorf("%q: .ci/run does not contain %q", text, how.inCI)
		}
	}
}

// TestCommands runs the commands of each document in their order, in a directory
// and with servers of its own.
func TestCommands(t *testing.T) {
	bin := install(t)
	for _, document := range documents(t) {
		t.Run(filepath.Base(document), func(t *testing.T) {
			t.Parallel()
			shown := read(t, document)
			wantPrograms(t, programsOf(t, document, shown)...)
			r := newReader(t, bin, document)
			for _, c := range shown {
				switch how := commands[c.text]; {
				case how.stays:
					r.follow(t, c, how)
				case how.runs || how.serves:
					t.Run(c.text, func(t *testing.T) { r.follow(t, c, how) })
				}
			}
		})
	}
}

// wantPrograms skips a test that needs what this machine lacks. In CI it fails.
func wantPrograms(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if isCI {
			t.Fatalf("%s is not installed, though CI=true", program)
		}
		t.Skipf("%s is not installed", program)
	}
}

// programsOf returns those that a document's commands use, or its files, and not
// every machine has.
func programsOf(t *testing.T, document string, shown []command) (programs []string) {
	t.Helper()
	var all strings.Builder
	for _, c := range shown {
		all.WriteString(c.text + "\n")
	}
	for _, content := range files(t, document) {
		all.WriteString(content)
	}
	for _, program := range []string{"curl", "jq", "lnav", "node"} {
		if regexp.MustCompile(`(?m)(^|[ (])` + program + " ").MatchString(all.String()) {
			programs = append(programs, program)
		}
	}
	return programs
}
