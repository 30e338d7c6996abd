package story

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sseserver/internal/logs/reading"
)

// A node is killed and not started again. Who went on elsewhere after its last word
// is no client of it any more.
func TestKilledForGood(t *testing.T) {
	killed := script{
		"0 server.starting version=1 config={}", opens(1, "m1 s1"), opens(1, "m1 s2 client.address=10.0.0.2"), opens(1, "m1 s3 client.address=10.0.0.3"),
		opens(1, "m1 s4 client.address=10.0.0.4"), opens(5, "m2 s5"),
	}
	other := script{
		"0.5 server.starting version=1 config={}", resumes(4, 6, "m1 s6 client.address=10.0.0.4"), resumes(8, 4, "m1 s7"), closes(9, "completed", 6, "m1 s7 last_position=9"),
		resumes(8, 4, "m1 s8 client.address=10.0.0.2"), closes(9, "client_gone", 2, "m1 s8 client.address=10.0.0.2 last_position=5"),
		closes(9, "completed", 4, "m1 s6 client.address=10.0.0.4 last_position=9"),
	}
	var names []string
	for i, s := range []script{killed, other} {
		name := filepath.Join(t.TempDir(), fmt.Sprintf("node-%d.log", i+1))
		if err := os.WriteFile(name, []byte(s.text(t)), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	var failed []string
	f := NewFailures(func(f Failure) { failed = append(failed, fmt.Sprint(f.Stream[:2], " resumes=", f.Resumes)) })
	if _, err := reading.Read(t.Context(), reading.Files(names), func(line *reading.Line) error {
		f.Add(line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// s3 may still run, and so may s4: s6 was there while the node still was.
	totals := f.End()
	if got, want := fmt.Sprint(failed, totals.Counts), "[s8 resumes=1] {6 2 1 3 0}"; got != want {
		t.Errorf("the failures are %s, want %s", got, want)
	}
}
