package logs_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sseserver/internal/logs"
)

// A line that was logged as JSON reads in the console form as if it had been logged so.
func TestConsoleLine(t *testing.T) {
	id := [16]byte{6: 0x40, 8: 0x80, 15: 7}
	both := func(format logs.Format) string {
		var text bytes.Buffer
		output, err := logs.New(logs.Config{Format: format, Stderr: &text})
		if err != nil {
			t.Fatal(err)
		}
		l := output.Logger.Named("x")
		logs.StreamSlow.Log(l, logs.StreamID(id), logs.MessageID(id), logs.LagMS(1500*time.Millisecond))
		logs.MessageDeleted.Log(l, logs.MessageID(id), logs.AgeMS(2*time.Second), logs.ActiveStreams(3))
		logs.ServerListening.Log(l, logs.Listener("public"), logs.URLs("http://a/", "http://b/", "http://c/"))
		output.Close(time.Minute)
		return text.String()
	}
	want := both(logs.Console)
	var got []byte
	for line := range strings.Lines(both(logs.JSON)) {
		got = logs.ConsoleLine(got, []byte(strings.TrimSuffix(line, "\n")), false)
	}
	if withoutTimes(string(got)) != withoutTimes(want) {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// withoutTimes cuts the time of each line.
func withoutTimes(text string) (rest string) {
	for line := range strings.Lines(text) {
		_, line, _ = strings.Cut(line, " ")
		rest += line
	}
	return rest
}

// FuzzConsoleLine makes one line of anything, which no terminal obeys.
func FuzzConsoleLine(f *testing.F) {
	f.Add("\x1b[2Jx", "stream.slow", 1.5)
	f.Add("\n\r\u202e", "a b", -1.0)
	f.Fuzz(func(t *testing.T, text, event string, number float64) {
		line, err := json.Marshal(map[string]any{
			"time": "2026-11-26T18:22:34.707456Z", "level": "warn", "msg": "m", "event": event, text: number, "error": text, "plan": []string{text}, "url.path": text,
		})
		if err != nil {
			t.Skip()
		}
		for _, line := range []string{string(line), text} {
			got := string(logs.ConsoleLine(nil, []byte(line), false))
			if strings.Count(got, "\n") != 1 || strings.ContainsAny(strings.TrimSuffix(got, "\n"), "\x1b\r\x07\u202e\u009b") {
				t.Errorf("%q became %q", line, got)
			}
		}
	})
}
