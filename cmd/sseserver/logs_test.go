package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// inspect calls `sseserver logs`, and returns its exit code and what it writes.
func inspect(stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	var out, complaints bytes.Buffer
	code = run(process{args: append([]string{"logs"}, args...), env: noEnv, stdin: stdin, stdout: &out, stderr: &complaints})
	return code, out.String(), complaints.String()
}

func TestLogsEventsAndFormat(t *testing.T) {
	if code, out, complaints := inspect(nil, "events"); code != exitOK || complaints != "" || !strings.Contains(out, "\nstream.closed ") {
		t.Errorf("events: %d, %q\n%s", code, complaints, out)
	}
	if code, out, complaints := inspect(nil, "events", "stream.closed"); code != exitOK || complaints != "" || !strings.Contains(out, "\n   max_lag_ms ") {
		t.Errorf("events stream.closed: %d, %q\n%s", code, complaints, out)
	}
	if code, out, complaints := inspect(nil, "lnav-format"); code != exitOK || complaints != "" || !strings.Contains(out, `"sseserver_log": {`) {
		t.Errorf("lnav-format: %d, %q\n%s", code, complaints, out)
	}
}
