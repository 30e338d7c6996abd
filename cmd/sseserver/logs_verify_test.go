package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// The log of the whole program is proved, and a falsified one is not.
func TestLogsVerify(t *testing.T) {
	server := startServer(t)
	public := server.caller(t, ssetest.HTTP1)
	id := server.submit(t, "Hé")
	public.stream("/stream/" + id).WantOpening()
	stream := public.stream("/progress/"+id, "Last-Event-ID", "99")
	stream.WantOpening()
	stream.WantResumed(100, true)
	stream.WantPercent(100)
	stream.WantDone()
	public.want(404, "message_not_found", "GET", "/stream/none", "")
	server.stop(t)

	name := filepath.Join(t.TempDir(), "a.log")
	write := func(log []byte) {
		if err := os.WriteFile(name, log, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := server.log.bytes()
	write(log)
	code, out, errs := inspect(nil, "verify", name)
	if want := regexp.MustCompile(`^\d+ lines of 1 run, 2 streams opened and closed, 0 dropped: nothing is wrong\n$`); code != exitOK || !want.MatchString(out) || errs != "" {
		t.Errorf("verify: %d, %q, %q", code, out, errs)
	}
	code, out, _ = inspect(nil, "summary", name)
	if code != exitOK || !strings.Contains(out, "\nopened") || !strings.Contains(out, "stream.rejected message_not_found") {
		t.Errorf("summary: %d, %s", code, out)
	}

	write(bytes.ReplaceAll(log, []byte(`"total":100`), []byte(`"total":99`)))
	code, out, _ = inspect(nil, "verify", "--limit=1", name)
	if want := regexp.MustCompile(`^.*/a.log:\d+: its total is 99, and that of progress is 100\n   \{"seq":.*\n… and \d+ more problems?\n.*: \d problems\n$`); code != exitFailed || !want.MatchString(out) {
		t.Errorf("a falsified log: %d, %s", code, out)
	}
}

func TestLogsVerifyArguments(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "binary")
	if err := os.WriteFile(binary, []byte("\x7fELF\x00\x01"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args string
		code int
		want string
	}{
		{"verify --limit=-1", exitInvalid, "--limit: must be a whole number from 0 to 1000000, got '-1'"},
		{"verify --limit=x", exitInvalid, "got 'x'"},
		{"verify " + filepath.Join(t.TempDir(), "none"), exitFailed, "/none: no such file or directory"},
		{"summary " + t.TempDir(), exitFailed, "is a directory; name the files in it"},
		{"verify " + binary, exitFailed, "/binary:1: it is no JSON object"},
		{"verify", exitFailed, "standard input: there is no line in it"},
		{"summary", exitFailed, "standard input: there is no line in it"},
	}
	for _, test := range tests {
		code, out, errs := inspect(strings.NewReader(""), strings.Fields(test.args)...)
		if code != test.code || out != "" || !strings.Contains(errs, test.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: %d, %q, %q, want %d and %q", test.args, code, out, errs, test.code, test.want)
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
