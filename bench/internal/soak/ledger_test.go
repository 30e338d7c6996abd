package soak

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// good is a log that balances: message a is deleted, b evicted, c stored at the
// end; a stream of each has come and gone.
func good() []string {
	return []string{
		`{"level":"info","event":"server.starting"}`,
		`{"level":"info","event":"message.submitted","message_id":"a"}`,
		`{"level":"info","event":"message.evicted","message_id":"b","reason":"ttl"}`, // the broker was faster
		`{"level":"info","event":"message.submitted","message_id":"b"}`,
		`{"level":"info","event":"stream.opened","stream_id":"1","message_id":"a","kind":"characters"}`,
		`{"level":"info","event":"stream.opened","stream_id":"2","message_id":"b","kind":"progress"}`,
		`{"level":"info","event":"stream.closed","stream_id":"2","message_id":"b","kind":"progress","reason":"completed"}`,
		`{"level":"warn","event":"stream.closed","stream_id":"1","message_id":"a","kind":"characters","reason":"slow_client"}`,
		`{"level":"info","event":"message.deleted","message_id":"a"}`,
		`{"level":"info","event":"message.submitted","message_id":"c"}`,
		`{"level":"info","event":"stream.opened","stream_id":"3","message_id":"c","kind":"characters"}`,
		`{"level":"info","event":"stream.closed","stream_id":"3","message_id":"c","kind":"characters","reason":"server_shutdown"}`,
		`{"level":"info","event":"server.shutdown_completed"}`,
	}
}

// numbered gives the lines their seq.
func numbered(lines []string) []string {
	for i, line := range lines {
		lines[i] = fmt.Sprintf(`{"seq":%d,%s`, i+1, line[1:])
	}
	return lines
}

// balance reads the lines as two files.
func balance(t *testing.T, lines []string) []Problem {
	t.Helper()
	l := NewLedger()
	half := len(lines) / 2
	for i, file := range [][]string{lines[:half], lines[half:]} {
		text := strings.Join(file, "\n") + "\n"
		if err := l.Read(fmt.Sprintf("log.%d", i), strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	return l.Balance(End{Stored: []string{"c"}, Opened: 3, Submitted: 3})
}

func TestGoodLogBalances(t *testing.T) {
	for _, lines := range [][]string{good(), numbered(good())} {
		if got := balance(t, lines); got != nil {
			t.Errorf("%q: got %v", lines, got)
		}
	}
}

// Whichever line of a numbered log is removed, doubled or moved by one, the
// ledger notices.
func TestAnyDamageIsCaught(t *testing.T) {
	for i := range good() {
		for damage, damaged := range map[string][]string{
			"removed": slices.Delete(numbered(good()), i, i+1),
			"doubled": slices.Insert(numbered(good()), i, numbered(good())[i]),
			"moved":   moved(numbered(good()), i),
		} {
			if balance(t, damaged) == nil {
				t.Errorf("line %d %s: not caught: %s", i, damage, good()[i])
			}
		}
	}
}

func moved(lines []string, i int) []string {
	j := (i + 1) % len(lines)
	lines[i], lines[j] = lines[j], lines[i]
	return lines
}

// Without numbers, at least the lines that begin or end something are missed.
func TestDamageWithoutNumbersIsCaught(t *testing.T) {
	for i, line := range good() {
		if strings.Contains(line, "server.starting") {
			continue
		}
		if balance(t, slices.Delete(good(), i, i+1)) == nil {
			t.Errorf("line %d removed: not caught: %s", i, line)
		}
		if balance(t, slices.Insert(good(), i, line)) == nil {
			t.Errorf("line %d doubled: not caught: %s", i, line)
		}
	}
}

func TestAlteredLinesAreCaught(t *testing.T) {
	for _, tt := range []struct {
		line     int
		old, new string
		want     string
	}{
		{6, `"stream_id":"2"`, `"stream_id":"9"`, "never opened"},
		{6, `"message_id":"b"`, `"message_id":"a"`, "another message"},
		{6, `"progress"`, `"characters"`, "another message or kind"},
		{6, `"completed"`, `"internal_error"`, "internal_error"},
		{6, `,"reason":"completed"`, ``, "closed for reason"},
		{7, `"warn"`, `"error"`, "an error"},
		{8, `"message_id":"a"`, `"message_id":"z"`, "never submitted"},
		{8, `message.deleted`, `message.renamed`, "neither deleted nor evicted"},
		{2, `"message_id":"b"`, `"message_id":"c"`, "stored at the end"},
		{0, `server.starting`, `server.shutdown_forced`, "drain"},
		{0, `"event":"server.starting"`, `"x":1`, "no event"},
		{0, `}`, ``, "no JSON"},
		{5, `"stream.opened"`, "\n\"stream.opened\"", "no JSON"},
		{12, `server.shutdown_completed`, `server.shutdown_started`, "last line"},
	} {
		lines := good()
		lines[tt.line] = strings.Replace(lines[tt.line], tt.old, tt.new, 1)
		got := fmt.Sprint(balance(t, lines))
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s instead of %s: got %s, want %q", tt.new, tt.old, got, tt.want)
		}
	}
}

func TestClosedBeforeOpened(t *testing.T) {
	lines := good()
	lines[5], lines[6] = lines[6], lines[5]
	if got := fmt.Sprint(balance(t, lines)); !strings.Contains(got, "opened after it was closed") {
		t.Errorf("got %s", got)
	}
}

func TestHalfALine(t *testing.T) {
	l := NewLedger()
	if err := l.Read("x", strings.NewReader(good()[0])); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(l.problems); !strings.Contains(got, "half a line") {
		t.Errorf("got %s", got)
	}
}

// Numbers may be missing if the server says that it dropped as many lines.
func TestDroppedLinesExplainAGap(t *testing.T) {
	dropped := func(count int) []string {
		lines := slices.Insert(good(), 1, `{"level":"info","event":"http.request"}`, `{"level":"info","event":"http.request"}`,
			fmt.Sprintf(`{"level":"warn","event":"log.entries_dropped","count":%d}`, count))
		return slices.Delete(numbered(lines), 1, 3)
	}
	if got := balance(t, dropped(2)); got != nil {
		t.Errorf("got %v", got)
	}
	if got := balance(t, dropped(1)); got == nil {
		t.Error("two are missing, one was dropped: not caught")
	}
}

// What the server counted must stand in the log.
func TestCounters(t *testing.T) {
	for _, end := range []End{
		{Stored: []string{"c"}, Opened: 4, Submitted: 3},
		{Stored: []string{"c"}, Opened: 3, Submitted: 4},
		{Stored: []string{"c", "d"}, Opened: 3, Submitted: 3},
		{Opened: 3, Submitted: 3},
	} {
		l := NewLedger()
		if err := l.Read("x", strings.NewReader(strings.Join(good(), "\n")+"\n")); err != nil {
			t.Fatal(err)
		}
		if l.Balance(end) == nil {
			t.Errorf("%+v: not caught", end)
		}
	}
}

func TestMissing(t *testing.T) {
	l := NewLedger()
	if err := l.Read("x", strings.NewReader(strings.Join(good(), "\n")+"\n")); err != nil {
		t.Fatal(err)
	}
	got := l.Missing([]string{"stream.opened", "stream.closed slow_client", "stream.closed client_gone", "log.reopened"})
	if want := []string{"stream.closed client_gone", "log.reopened"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
