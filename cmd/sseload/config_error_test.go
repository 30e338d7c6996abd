package main

import (
	"strings"
	"testing"
)

// wantConfigError wants exit code 104, and one line that says why.
func wantConfigError(t *testing.T, want string, args ...string) {
	t.Helper()
	got := sseload(args...)
	if got.code != exitConfig || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, want) {
		t.Errorf("sseload %q: got %+v, want exit code 104 and one line with %q", args, got, want)
	}
}
