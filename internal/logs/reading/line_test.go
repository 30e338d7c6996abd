package reading_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"

	"go.uber.org/zap/zapcore"
)

const closed = `{"seq":17,"level":"warn","time":"2026-01-02T03:04:05.678901Z","logger":"http","msg":"stream closed","event":"stream.closed",` +
	`"stream_id":"s\"1","chunks":-12,"bytes":18446744073709551615,"duration_ms":1.5,"max_lag_ms":3,"resumed":true,"done":false,"list":["a","b"],"config":{"a":{"b":1}},"none":null}`

// only reads a log of one line.
func only(t *testing.T, text string) reading.Line {
	t.Helper()
	var lines []reading.Line
	_, err := reading.Read(t.Context(), reading.Stream("log", strings.NewReader(text)), func(l *reading.Line) error {
		lines = append(lines, l.Clone())
		return nil
	})
	if err != nil || len(lines) != 1 {
		t.Fatalf("%d lines, %v; want one", len(lines), err)
	}
	return lines[0]
}

func TestLine(t *testing.T) {
	l := only(t, closed)
	if l.Source != "log" || l.Number != 1 || l.Run != 0 || string(l.Raw) != closed || l.Seq != 17 || l.Level != zapcore.WarnLevel ||
		!l.Time.Equal(time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)) || l.Logger != "http" ||
		l.Message != "stream closed" || l.Name != "stream.closed" || l.Event != logs.StreamClosed {
		t.Errorf("got %+v", l)
	}
	if l.Str("stream_id") != `s"1` || string(l.Text("stream_id")) != `s"1` || l.Str("level") != "warn" || l.Str("chunks") != "" || l.Text("nothing") != nil {
		t.Errorf("texts: %q %q %q", l.Str("stream_id"), l.Text("stream_id"), l.Str("chunks"))
	}
	if n, ok := l.Int("chunks"); n != -12 || !ok {
		t.Errorf("chunks: %d %v", n, ok)
	}
	for _, key := range []string{"bytes", "duration_ms", "stream_id", "nothing"} {
		if n, ok := l.Int(key); ok {
			t.Errorf("%s is the integer %d", key, n)
		}
	}
	for key, want := range map[string]float64{"duration_ms": 1.5, "max_lag_ms": 3} {
		if n, ok := l.Float(key); n != want || !ok {
			t.Errorf("%s: %v %v", key, n, ok)
		}
	}
	for key, want := range map[string][2]bool{"resumed": {true, true}, "done": {false, true}, "stream_id": {}, "nothing": {}} {
		if value, ok := l.Bool(key); want != [2]bool{value, ok} {
			t.Errorf("%s: %v %v", key, value, ok)
		}
	}
	list, _ := l.Get("list")
	if texts, ok := list.List(); !ok || !slices.Equal(texts, []string{"a", "b"}) {
		t.Errorf("list: %v %v", texts, ok)
	}
	config, _ := l.Get("config")
	var object struct{ A map[string]int }
	if !config.Object(&object) || object.A["b"] != 1 || list.Object(&object) {
		t.Errorf("config: %v", object)
	}
}

func TestFields(t *testing.T) {
	l := only(t, closed)
	var keys []string
	kinds := make(map[string]logs.Kind)
	for key, value := range l.Fields() {
		keys = append(keys, key)
		kinds[key] = value.Kind()
	}
	if want := []string{"stream_id", "chunks", "bytes", "duration_ms", "max_lag_ms", "resumed", "done", "list", "config", "none"}; !slices.Equal(keys, want) {
		t.Errorf("got %v, want %v", keys, want)
	}
	for key, want := range map[string]logs.Kind{
		"stream_id": logs.String, "chunks": logs.Int, "bytes": logs.Int, "duration_ms": logs.Float, "max_lag_ms": logs.Int,
		"resumed": logs.Bool, "list": logs.List, "config": logs.Object, "none": reading.Null,
	} {
		if kinds[key] != want {
			t.Errorf("%s is a %s, want %s", key, kinds[key], want)
		}
	}
	for range l.Fields() {
		break // must end it
	}
}

func TestUnknownEvent(t *testing.T) {
	l := only(t, `{"time":"2026-01-02T03:04:05.678901Z","level":"info","event":"stream.clos\u0065d!","msg":"x"}`)
	if l.Name != "stream.closed!" || l.Event != nil || l.Seq != 0 || l.Message != "x" || l.Logger != "" {
		t.Errorf("got %+v", l)
	}
}

// A line that is read does not change one that was cloned.
func TestClone(t *testing.T) {
	var clones []reading.Line
	text := strings.Repeat(closed+"\n"+strings.ReplaceAll(closed, "17", "99")+"\n", 2000)
	_, err := reading.Read(t.Context(), reading.Stream("log", strings.NewReader(text)), func(l *reading.Line) error {
		clones = append(clones, l.Clone())
		return nil
	})
	if err != nil || len(clones) != 4000 {
		t.Fatal(len(clones), err)
	}
	for i, c := range clones {
		if want := uint64(17 + i%2*82); c.Seq != want || c.Str("stream_id") != `s"1` || c.Number != i+1 {
			t.Fatalf("line %d: %+v", i, c)
		}
	}
}

// Keys are found among many, and what is no key is not.
func TestGet(t *testing.T) {
	text := `{"time":"2026-01-02T03:04:05.678901Z","level":"info","event":"e"`
	for i := range 300 {
		text += fmt.Sprintf(`,"k%d":%d`, i, i)
	}
	l := only(t, text+`,"":-1}`)
	for i := range 600 {
		if n, ok := l.Int(fmt.Sprintf("k%d", i)); ok != (i < 300) || ok && n != int64(i) {
			t.Errorf("k%d is %d, %t", i, n, ok)
		}
	}
	if n, ok := l.Int(""); n != -1 || !ok {
		t.Errorf("the key without a letter is %d, %t", n, ok)
	}
}
