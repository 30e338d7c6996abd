package story

import (
	"context"
	"io"
	"iter"
	"strings"
	"testing"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/terminal"
)

// A log may lack lines, have them twice or in any order: each client is counted once
// all the same, and every id has a story.
func FuzzLines(f *testing.F) {
	text := life.text(f)
	f.Add(text, id("m1"))
	f.Add(strings.Repeat(text, 2), id("s1"))
	f.Add(strings.Replace(text, `"duration_ms":1000`, `"duration_ms":-1e300`, 1), id("s1"))
	f.Add(strings.ReplaceAll(text, `"previous_stream_id":"`+id("s1"), `"previous_stream_id":"`+id("s2")), id("s1"))
	lines := strings.SplitAfter(text, "\n")
	f.Add(strings.Join(lines[len(lines)/2:], "")+strings.Join(lines[:len(lines)/2], ""), id("s2"))
	f.Fuzz(func(t *testing.T, text, id string) {
		all := linesOf(text)
		given := 0
		failures := NewFailures(func(f Failure) {
			given++
			if f.Side == "" || f.Why == "" {
				t.Errorf("a failure without a side: %+v", f)
			}
		})
		failures.clients.room = 2
		for line := range all {
			failures.Add(line)
		}
		totals := failures.End()
		if totals.Clients != totals.Finished+totals.Failed+totals.Running || totals.Failed < 0 || totals.Running < 0 {
			t.Errorf("it counts %+v", totals)
		}
		if given != totals.Failed+totals.Refused+totals.Messages {
			t.Errorf("%d failures are given of %+v", given, totals)
		}
		story := Explain(id, all)
		if err := story.Print(io.Discard, terminal.Style{Width: 80}); err != nil || story.Verdict == "" {
			t.Errorf("error %v, %+v", err, story)
		}
	})
}

func linesOf(text string) iter.Seq[*reading.Line] {
	return func(yield func(*reading.Line) bool) {
		_, _ = reading.Read(context.Background(), reading.Stream("server.log", strings.NewReader(text)), func(line *reading.Line) error {
			if !yield(line) {
				return io.EOF
			}
			return nil
		})
	}
}
