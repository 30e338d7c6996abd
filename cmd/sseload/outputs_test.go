package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Two outputs to one file are refused before it is emptied, whatever its names.
func TestTwoOutputsToOneFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("old", []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("old", "link"); err != nil {
		t.Fatal(err)
	}
	absolute, err := filepath.Abs("new")
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][2]string{{"old", "old"}, {"old", "./old"}, {"old", "link"}, {"new", absolute}} {
		wantConfigError(t, "--json and --csv cannot both be "+names[1], "http://127.0.0.1:1", "--json", names[0], "--csv", names[1])
	}
	if content, err := os.ReadFile("old"); err != nil || string(content) != "kept" {
		t.Errorf("the file is %q, %v; want it kept", content, err)
	}
	if _, err := os.Stat("new"); err == nil {
		t.Error("a file is left behind")
	}
}
