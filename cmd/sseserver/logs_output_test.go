package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
)

// unwritable is an output that takes nothing.
type unwritable struct{ err error }

func (u unwritable) Write([]byte) (int, error) { return 0, u.err }

// What cannot be written is told, unless its reader has left.
func TestLogsUnwritten(t *testing.T) {
	for err, want := range map[error]struct {
		code int
		says string
	}{
		syscall.ENOSPC: {exitFailed, "cannot be written: no space left on device\n"},
		syscall.EPIPE:  {exitFailed, ""},
	} {
		var stderr bytes.Buffer
		code := run(process{args: []string{"logs", "events"}, env: noEnv, stdout: unwritable{err}, stderr: &stderr})
		if code != want.code || !strings.HasSuffix(stderr.String(), want.says) || want.says == "" && stderr.Len() > 0 {
			t.Errorf("%v: exit code %d, want %d; it says %q", err, code, want.code, &stderr)
		}
	}
}
