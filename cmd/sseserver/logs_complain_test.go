package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be done is one line each.
func TestLogsComplaints(t *testing.T) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty, binary := file("empty.log", ""), file("binary.log", "\x7fELF\x00\x01")
	foreign := file("foreign.log", "Nov 26 12:00:00 host kernel: hello\n")
	tests := []struct {
		args string
		code int
		want string
	}{
		{"failed " + empty, exitFailed, "empty.log"},
		{"failed " + foreign, exitFailed, "foreign.log"},
		{"failed /nowhere/server.log", exitFailed, "no such file"},
		{"failed --jason", exitInvalid, "did you mean --json?"},
		{"explain", exitInvalid, "needs an ID"},
		{"explain 12345678 " + foreign, exitFailed, "foreign.log"},
		{"events stream.closd", exitInvalid, "did you mean stream.closed?"},
		{"follow --lines=5x", exitInvalid, "from 0 to 5000"},
		{"follow --insecure=si", exitInvalid, "must be true or false"},
		{"failed /nowhere/\x1b[31m\u202e", exitFailed, `/nowhere/\x1b[31m\u202e: no such file`},
		{"lnav-format x.log", exitInvalid, "reads no files"},
		{"verify --limit=-1", exitInvalid, "--limit: must be a whole number from 0 to 1000000, got '-1'"},
		{"verify --limit=x", exitInvalid, "got 'x'"},
		{"verify /nowhere/server.log", exitFailed, "no such file"},
		{"summary " + t.TempDir(), exitFailed, "is a directory; name the files in it"},
		{"verify " + binary, exitFailed, "binary.log:1: it is no JSON object"},
		{"verify", exitFailed, "standard input: there is no line in it"},
		{"summary", exitFailed, "standard input: there is no line in it"},
	}
	for _, test := range tests {
		code, out, complaints := inspect(strings.NewReader(""), strings.Fields(test.args)...)
		if code != test.code || out != "" || !strings.HasPrefix(complaints, "sseserver logs: ") || strings.Count(complaints, "\n") != 1 || !strings.Contains(complaints, test.want) {
			t.Errorf("logs %s\n got %d, %q, %q\nwant %d, one line with %q", test.args, code, out, complaints, test.code, test.want)
		}
	}
}

// Whoever stops the reading is told so in a word, and nobody is told who is gone.
func TestLogsInterrupted(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, gone := range []bool{false, true} {
		var complaints strings.Builder
		in := inspection{stdin: strings.NewReader("{}\n"), stdout: &output{Writer: io.Discard, cancel: cancel}, stderr: &complaints}
		if gone {
			in.stdout.leave()
		}
		want := map[bool]string{false: "sseserver logs: interrupted\n", true: ""}[gone]
		if code := in.failed(canceled, false); code != exitFailed || complaints.String() != want {
			t.Errorf("gone %t: code %d, %q, want %q", gone, code, complaints.String(), want)
		}
	}
}
