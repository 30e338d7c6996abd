package reading_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"sseserver/internal/logs/reading"
)

// line is a line of ours, so many milliseconds after the start.
func line(seq, ms int) string {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
	return fmt.Sprintf(`{"seq":%d,"level":"info","time":"%s","logger":"main","msg":"ready","event":"server.ready","startup_ms":1.5}`,
		seq, at.Format("2006-01-02T15:04:05.000000Z07:00"))
}

// part is lines with the numbers from first to last, a millisecond apart.
func part(first, last int) string { return node(first, last, 0) }

// node is part of a process that started so many milliseconds later.
func node(first, last, late int) string {
	var text strings.Builder
	for seq := first; seq <= last; seq++ {
		text.WriteString(line(seq, seq+late) + "\n")
	}
	return text.String()
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// read reads files with these contents, in this order, and returns what was read as
// "file:run/seq …".
func read(t *testing.T, files ...string) (string, reading.Report, error) {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i, text := range files {
		name := filepath.Join(dir, string(rune('a'+i)))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return collect(t, reading.Files(names))
}

func collect(t *testing.T, input reading.Input) (string, reading.Report, error) {
	var got []string
	report, err := reading.Read(t.Context(), input, func(l *reading.Line) error {
		got = append(got, fmt.Sprintf("%s:%d/%d", filepath.Base(l.Source), l.Run, l.Seq))
		return nil
	})
	return strings.Join(got, " "), report, err
}

const dropped = `{"seq":6,"level":"error","time":"2026-01-02T03:04:06.000000Z","logger":"log","msg":"log entries dropped","event":"log.entries_dropped","count":3}` + "\n"

func TestFiles(t *testing.T) {
	tests := map[string]struct {
		files []string
		want  string
		runs  int
	}{
		"one":                    {[]string{part(1, 3)}, "a:0/1 a:0/2 a:0/3", 1},
		"rotated, newest first":  {[]string{part(4, 5), part(3, 3), part(1, 2)}, "c:0/1 c:0/2 b:0/3 a:0/4 a:0/5", 1},
		"rotated and compressed": {[]string{part(3, 4), packed(t, part(1, 2))}, "b:0/1 b:0/2 a:0/3 a:0/4", 1},
		"its beginning gone":     {[]string{part(7, 8)}, "a:0/7 a:0/8", 1},
		"just rotated":           {[]string{"", part(1, 2)}, "b:0/1 b:0/2", 1},
		"a second process":       {[]string{part(1, 2) + node(1, 2, 10)}, "a:0/1 a:0/2 a:1/1 a:1/2", 2},
		"two nodes":              {[]string{part(1, 2), node(1, 1, 100), part(3, 3), node(2, 2, 100)}, "a:0/1 a:0/2 c:0/3 b:1/1 d:1/2", 2},
		"two nodes, later":       {[]string{part(6, 7), node(4, 5, 1000)}, "a:0/6 a:0/7 b:1/4 b:1/5", 2},
		"of two, the latest":     {[]string{part(1, 2), node(1, 2, 100), node(3, 3, 200)}, "a:0/1 a:0/2 b:1/1 b:1/2 c:1/3", 2},
		"not from the future":    {[]string{node(1, 3, 10000) + node(1, 1, 5000), node(4, 4, 5000)}, "b:0/4 a:1/1 a:1/2 a:1/3 a:2/1", 3},
		"first line doubled":     {[]string{line(1, 1) + "\n" + part(1, 2)}, "a:0/1 a:0/1 a:0/2", 1},
		"swapped":                {[]string{part(1, 1) + part(3, 3) + part(2, 2), part(4, 4)}, "a:0/1 a:0/3 a:0/2 b:0/4", 1},
		"dropped at the border":  {[]string{part(1, 2), dropped + part(7, 7)}, "a:0/1 a:0/2 b:0/6 b:0/7", 1},
	}
	for name, test := range tests {
		got, report, err := read(t, test.files...)
		if got != test.want || report.Runs != test.runs || err != nil {
			t.Errorf("%s: %s, %d runs, %v, want %s, %d runs", name, got, report.Runs, err, test.want, test.runs)
		}
	}
}

func TestReport(t *testing.T) {
	text := part(1, 2) + "oh\n" + line(3, 3)
	_, report, err := collect(t, reading.Stream("in", strings.NewReader(text)))
	if err != nil || report.Lines != 3 || report.Bytes != int64(len(text)) || strings.Join(report.Sources, " ") != "in" ||
		report.BrokenCount != 1 || report.Last.Sub(report.First) != 2*time.Millisecond || len(report.Older) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if b := report.Broken[0]; b.Source != "in" || b.Number != 3 || string(b.Text) != "oh" || b.Error() != "in:3: it is no JSON object" {
		t.Errorf("%+v", b)
	}
}

// A line that is broken is skipped, and those around it are read.
func TestBroken(t *testing.T) {
	whole := line(2, 2)
	tests := map[string]struct{ line, want string }{
		"cut":           {whole[:len(whole)-9], "it ends before its JSON does"},
		"its beginning": {whole[9:], "it is no JSON object"},
		"two in one":    {whole + whole, "something follows the JSON object"},
		"empty":         {"", "it is no JSON object"},
		"NUL bytes":     {"\x00\x00\x00", "it begins with NUL bytes"},
		"many of them":  {strings.Repeat("\x00", 3<<20), "it begins with NUL bytes"},
		"NUL inside":    {strings.Replace(whole, "main", "ma\x00n", 1), `byte 74, '\x00', is not what JSON has there`},
		"too long":      {`{"event":"` + strings.Repeat("a", 1<<20) + `"}`, "it is longer than 1048576 bytes"},
		"far too long":  {strings.Repeat("a", 5<<20), "it is longer than 1048576 bytes"},
		"console":       {"2026-01-02T03:04:05.678901Z\tINFO\tmain\tready\t{\"seq\": 1}", "it is of the console form"},
		"console now":   {"17:52:50.123 ERROR bad configuration", "it is of the console form"},
		"in colour":     {"\x1b[90m17:52:50.123\x1b[0m ERROR bad configuration", "it is of the console form"},
		"key twice":     {strings.Replace(whole, "{", `{"seq":2,`, 1), "a key stands twice: seq"},
		"no event":      {strings.Replace(whole, `"event"`, `"e"`, 1), `it has no "event"`},
		"no text event": {strings.Replace(whole, `"server.ready"`, `5`, 1), `it has no "event"`},
		"no time":       {strings.Replace(whole, `"time"`, `"t"`, 1), `it has no "time"`},
		"no level":      {strings.Replace(whole, `"level"`, `"l"`, 1), `it has no "level"`},
		"level":         {strings.Replace(whole, `"info"`, `"INFO"`, 1), `its level is "INFO"`},
		"local time":    {strings.Replace(whole, `000Z`, `000+02:00`, 1), `its time is "2026-01-02T03:04:05.002000+02:00"`},
		"short time":    {strings.Replace(whole, `000Z`, `Z`, 1), "its time is"},
		"bad month":     {strings.Replace(whole, `-01-`, `-13-`, 1), "its time is"},
		"bad hour":      {strings.Replace(whole, `T03`, `T24`, 1), "its time is"},
		"no digits":     {strings.Replace(whole, `.002`, `.0a2`, 1), "its time is"},
		"seq 0":         {strings.Replace(whole, `"seq":2`, `"seq":0`, 1), `its "seq" is no positive integer`},
		"seq of text":   {strings.Replace(whole, `"seq":2`, `"seq":"2"`, 1), `its "seq" is no positive integer`},
		"msg":           {strings.Replace(whole, `"ready"`, `null`, 1), `its "msg" or "logger" is no string`},
	}
	for name, test := range tests {
		got, report, err := read(t, line(1, 1)+"\n"+test.line+"\n"+line(3, 3)+"\n")
		if err != nil || got != "a:0/1 a:0/3" || report.BrokenCount != 1 {
			t.Errorf("%s: %s, %d broken, %v", name, got, report.BrokenCount, err)
			continue
		}
		if b := report.Broken[0]; b.Number != 2 || !strings.Contains(b.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, b, test.want)
		}
	}
}

// What is unusual, and no fault.
func TestReadable(t *testing.T) {
	big := strings.Replace(line(1, 1), "main", strings.Repeat("m", 1<<20-200), 1) + "\n"
	tests := map[string]string{
		"CRLF":              strings.ReplaceAll(part(1, 2), "\n", "\r\n"),
		"byte order mark":   "\ufeff" + part(1, 2),
		"no newline at end": strings.TrimSuffix(part(1, 2), "\n"),
		"a long line":       big + line(2, 2),
		"gzip, with a mark": packed(t, "\ufeff"+part(1, 2)),
		"two gzip members":  packed(t, part(1, 1)) + packed(t, part(2, 2)),
		"leap day":          strings.ReplaceAll(part(1, 2), "2026-01-02", "2028-02-29"),
		"the last number":   part(1, 1) + strings.Replace(line(2, 2), `"seq":2`, `"seq":18446744073709551615`, 1),
	}
	for name, text := range tests {
		got, report, err := read(t, text)
		if err != nil || report.Lines != 2 || report.BrokenCount != 0 || report.Runs != 1 {
			t.Errorf("%s: %.200s, %d broken, %v", name, got, report.BrokenCount, err)
		}
	}
}

// After a crash a file has NUL bytes before the first line of the next process.
func TestNULsBeforeLine(t *testing.T) {
	got, report, err := read(t, part(1, 1)+strings.Repeat("\x00", 2<<20)+node(1, 2, 10))
	if err != nil || got != "a:0/1 a:1/1 a:1/2" || report.BrokenCount != 1 || report.Broken[0].Number != 2 {
		t.Errorf("%s, %v, %v", got, report.Broken, err)
	}
}

func TestTruncatedGzip(t *testing.T) {
	whole := packed(t, part(1, 2000))
	_, report, err := read(t, whole[:len(whole)/2], part(2001, 2001))
	if err != nil || report.Lines < 100 || report.Lines > 1999 || report.BrokenCount != 1 ||
		!strings.HasSuffix(report.Broken[0].Error(), "the rest cannot be read: it ends too early") {
		t.Errorf("%d lines, %v, %v", report.Lines, report.Broken, err)
	}
}

func TestNoLog(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"empty":          {"", "/a: there is no line in it"},
		"empty gzip":     {packed(t, ""), "/a: there is no line in it"},
		"another log":    {`{"ts":1,"msg":"hello"}`, `/a: no line of it is of a log of sseserver; `},
		"text":           {"hello\nworld\n", "/a:1: it is no JSON object"},
		"console":        {"2026-01-02T03:04:05.678901Z\tINFO\tmain\tready\n", "only JSON lines can be read (--log-format json)"},
		"binary":         {"\x7fELF\x02\x01\x01" + strings.Repeat("\x00\x01\n", 50000), "/a:1: it is no JSON object"},
		"one long line":  {strings.Repeat("x", 3<<20), "it is longer than"},
		"UTF-16":         {"\xff\xfe{\x00\"\x00", "/a is UTF-16; logs are UTF-8: convert it"},
		"UTF-16 BE":      {"\xfe\xff\x00{\x00\"", "/a is UTF-16"},
		"damaged gzip":   {"\x1f\x8bxxxxxxxxxxxx", "/a begins as gzip does, but is damaged: gzip: invalid header"},
		"head of a gzip": {"\x1f\x8b", "/a begins as gzip does, but is damaged: it ends too early"},
		"zstd":           {"\x28\xb5\x2f\xfd123456", "/a is compressed with zstd, which cannot be read here; unpack it: zstdcat"},
	}
	for name, test := range tests {
		got, report, err := read(t, test.text)
		if err == nil || got != "" || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %s, %+v, %v, want %s", name, got, report, err, test.want)
		}
	}
}

// What is no log of ours is not read to its end.
func TestHopeless(t *testing.T) {
	_, report, err := read(t, strings.Repeat("hello\n", 1<<20))
	if err == nil || report.BrokenCount > 20000 {
		t.Errorf("%d lines were read, %v", report.BrokenCount, err)
	}
}

func TestCannotOpen(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if err := os.WriteFile(good, []byte(part(1, 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		filepath.Join(dir, "none"): "none: no such file or directory",
		dir:                        " is a directory; name the files in it",
	}
	for name, want := range tests {
		got, _, err := collect(t, reading.Files([]string{good, name}))
		if err == nil || got != "" || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: read %q, %v, want %s", name, got, err, want)
		}
	}
	got, report, err := collect(t, reading.Files([]string{good, good, filepath.Join(dir, ".", "good")}))
	if err != nil || got != "good:0/1 good:0/2" || len(report.Sources) != 1 {
		t.Errorf("named twice: %s, %v", got, err)
	}
}

func TestReadEnds(t *testing.T) {
	enough := errors.New("enough")
	count := 0
	_, err := reading.Read(t.Context(), reading.Stream("in", strings.NewReader(part(1, 9))), func(*reading.Line) error {
		if count++; count == 3 {
			return enough
		}
		return nil
	})
	if err != enough || count != 3 {
		t.Errorf("%d lines, %v", count, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	if _, err := reading.Read(ctx, reading.Stream("in", strings.NewReader(part(1, 9))), func(*reading.Line) error { return nil }); err != enough {
		t.Errorf("cancelled: %v", err)
	}
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("the disk is gone")
	input := reading.Stream("in", io.MultiReader(strings.NewReader(part(1, 2)), iotest.ErrReader(broken)))
	got, report, err := collect(t, input)
	if err != nil || got != "in:0/1 in:0/2" || report.BrokenCount != 1 || !errors.Is(report.Broken[0], broken) {
		t.Errorf("%s, %v, %v", got, report.Broken, err)
	}
	_, _, err = collect(t, reading.Stream("in", iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// Wherever the reads end, the lines are the same.
func TestAnyReads(t *testing.T) {
	text := part(1, 5)
	want, _, _ := collect(t, reading.Stream("in", strings.NewReader(text)))
	for _, r := range []func() reading.Input{
		func() reading.Input { return reading.Stream("in", iotest.OneByteReader(strings.NewReader(text))) },
		func() reading.Input { return reading.Stream("in", iotest.HalfReader(strings.NewReader(text))) },
		func() reading.Input { return reading.Stream("in", iotest.DataErrReader(strings.NewReader(text))) },
	} {
		if got, _, err := collect(t, r()); got != want || err != nil {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

func TestHooks(t *testing.T) {
	text := part(1, 1) + "oh\n" + part(2, 3000)
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	input := reading.Files([]string{name})
	var steps []int64
	input.Progress = func(read, size int64) {
		if size != int64(len(text)) {
			t.Fatalf("a size of %d, want %d", size, len(text))
		}
		steps = append(steps, read)
	}
	after := uint64(0)
	last := uint64(0)
	input.OnBroken = func(b *reading.Broken) { after = last }
	_, err := reading.Read(t.Context(), input, func(l *reading.Line) error { last = l.Seq; return nil })
	if err != nil || after != 1 || len(steps) < 3 || steps[0] >= steps[len(steps)-1] || steps[len(steps)-1] != int64(len(text)) {
		t.Errorf("broken after %d, steps %v, %v", after, steps, err)
	}
}

func TestOlder(t *testing.T) {
	starting := `{"seq":1,"level":"info","time":"2026-01-02T03:04:05.000000Z","logger":"server","msg":"starting","event":"server.starting","version":"1","config":{}}`
	_, report, err := collect(t, reading.Stream("in", strings.NewReader(strings.Repeat(starting+"\n"+part(2, 3), 2))))
	if err != nil || len(report.Older) != 1 || report.Older[0] != "in" {
		t.Errorf("%v, %v", report.Older, err)
	}
	_, report, _ = collect(t, reading.Stream("in", strings.NewReader(strings.Replace(starting, `"config"`, `"catalogue":2,"config"`, 1))))
	if len(report.Older) != 0 {
		t.Errorf("of today: %v", report.Older)
	}
}
