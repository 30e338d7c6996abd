package docscheck

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// command is one that a document shows.
type command struct {
	file string
	line int // from 1
	text string
	want []string // the lines shown below it; nil if there are none
}

var (
	fence   = regexp.MustCompile("^\\s*```(.*)$")
	comment = regexp.MustCompile(`(^|\s+)# .*$`)
	// A command inside a sentence. The name of a program alone is none.
	span = regexp.MustCompile("`((?:sseserver|sseload|go|curl|jq|docker|bench/run) [^`]+)`")
)

// languages are those that a block may be marked with, so that no command hides
// in a block that is not read.
var languages = map[string]bool{
	"sh": true, "console": true, "html": true, "js": true, "go": true, "text": true, "promql": true, "json": true, "csv": true, "nginx": true, "nats": true,
	"alloy": true, "logql": true, "logsql": true,
}

// files finds the blocks of a document that name a file after their language, as
// in "```json chat.json": the commands after them need these files.
func files(t *testing.T, document string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, block := range named.FindAllStringSubmatch(string(content), -1) {
		found[block[1]] = block[2]
	}
	return found
}

var named = regexp.MustCompile("(?ms)^```[a-z]+ ([a-z.-]+)\n(.*?)^```$")

// read finds the commands of a document.
func read(t *testing.T, document string) (found []command) {
	t.Helper()
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	inside, language := false, "" // of a block; with the name of a file, if it is one
	for i, line := range strings.Split(string(content), "\n") {
		add := func(text string) { found = append(found, command{filepath.Base(document), i + 1, text, nil}) }
		if mark := fence.FindStringSubmatch(line); mark != nil {
			inside, language = !inside, mark[1]
			if first, _, _ := strings.Cut(language, " "); inside && !languages[first] {
				t.Errorf("%s:%d: a block of %q, which is none of %v", document, i+1, first, languages)
			}
			continue
		}
		switch {
		case !inside:
			for _, match := range span.FindAllStringSubmatch(line, -1) {
				add(match[1])
			}
		case language == "sh":
			if text := strings.TrimSpace(comment.ReplaceAllString(line, "")); text != "" {
				add(text)
			}
		case language == "console":
			if text, ok := strings.CutPrefix(line, "$ "); ok {
				add(strings.TrimSpace(text))
			} else if last := len(found) - 1; last >= 0 {
				found[last].want = append(found[last].want, line)
			}
		}
	}
	return found
}
