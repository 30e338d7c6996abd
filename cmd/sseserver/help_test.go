package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// helpWidth is that of a terminal whose window nobody has made larger.
const helpWidth = 80

// Each help fits into a terminal.
func TestHelpFits(t *testing.T) {
	calls := [][]string{{"--help"}, {"logs", "--help"}}
	for _, sub := range subcommands() {
		calls = append(calls, []string{"logs", sub.name, "--help"})
	}
	for _, args := range calls {
		var stdout, stderr bytes.Buffer
		if code := run(process{args: args, env: noEnv, stdout: &stdout, stderr: &stderr}); code != exitOK || stderr.Len() > 0 {
			t.Errorf("%v: exit code %d, %s", args, code, &stderr)
		}
		for line := range strings.Lines(stdout.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
				t.Errorf("%v: %d characters, want at most %d: %s", args, n, helpWidth, line)
			}
		}
	}
}
