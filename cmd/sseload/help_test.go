package main

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// section is what stands under a title of --help, without blank lines.
func section(t *testing.T, title string) []string {
	t.Helper()
	_, text, found := strings.Cut(sseload("--help").stdout, "\n"+title+":\n")
	if !found {
		t.Fatalf("--help has no section %s", title)
	}
	text, _, _ = strings.Cut(text, "\n\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// Each example is a command line that is understood, and what it is good for
// stands below that of the others.
func TestExamplesOfHelp(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"users.csv": "name\n" + strings.Repeat("ann\n", 100), "chat.json": `{"stream":true}`} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	column := 0
	lines := section(t, "EXAMPLES")
	for _, line := range lines {
		i := strings.LastIndex(line, "  ") + 2
		if column == 0 {
			column = i
		}
		if i != column || i < 10 {
			t.Errorf("the meaning of %q begins in column %d, want %d", line, i, column)
			continue
		}
		args := strings.Fields(strings.ReplaceAll(line[:i], "'", ""))
		if r, err := parse(args[1:], io.Discard); args[0] != "sseload" || err != nil || r.action == nothing {
			t.Errorf("%q: %v", line, err)
		}
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{"--stages", "--publish-url", "--timestamp", "sseload http://10.0.0.1:4400 http://10.0.0.2:4400", "sseload merge", "sseload compare", "--threshold 'lateness.p99<1.1x'"} {
		if !strings.Contains(all, want) {
			t.Errorf("no example of %s in\n%s", want, all)
		}
	}
}

func TestExitCodesOfHelp(t *testing.T) {
	var codes []int
	for _, line := range section(t, "EXIT CODES") {
		code, err := strconv.Atoi(strings.Fields(line)[0])
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		codes = append(codes, code)
	}
	if want := []int{0, 1, 3, 99, 104, 105}; !slices.Equal(codes, want) {
		t.Errorf("exit codes %v, want %v", codes, want)
	}
}

// What is loaded comes first, and no line is longer than a terminal is wide.
func TestFormOfHelp(t *testing.T) {
	help := sseload("--help").stdout
	_, after, _ := strings.Cut(help, "\n\n")
	_, after, _ = strings.Cut(after, "\n\n")
	if !strings.HasPrefix(after, "TARGET:\n   --url URL ") {
		t.Errorf("the first options are %.100q", after)
	}
	for line := range strings.Lines(help) {
		if len(line) > 111 { // with its end
			t.Errorf("%d characters: %s", len(line)-1, line)
		}
	}
	if usage := strings.Join(section(t, "USAGE"), "\n"); !strings.Contains(usage, "--publish-url") {
		t.Errorf("no hub in\n%s", usage)
	}
}
