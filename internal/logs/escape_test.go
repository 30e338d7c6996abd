package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// written returns what a log has for one event, in a form.
func written(t testing.TB, format Format, event *Event, fields ...zap.Field) string {
	t.Helper()
	var out bytes.Buffer
	log, err := New(Config{Format: format, Level: zapcore.DebugLevel, Stderr: &out})
	if err != nil {
		t.Fatal(err)
	}
	event.Log(log.Logger, fields...)
	log.Close(patience)
	return out.String()
}

func TestLongTextsAreCutAfterEscaping(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("a", 1024):       strings.Repeat("a", 1024),
		strings.Repeat("a", 1025):       strings.Repeat("a", 1021) + "…",
		"a" + strings.Repeat("é", 1000): "a" + strings.Repeat("é", 510) + "…",
		strings.Repeat("\x01", 1020):    strings.Repeat("\x01", 170) + "…",
		strings.Repeat("\x80", 5000):    strings.Repeat("\x80", 170) + "…", // not UTF-8 at all
		strings.Repeat("\u202e", 171):   strings.Repeat("\u202e", 170) + "…",
		strings.Repeat("\"", 513):       strings.Repeat("\"", 510) + "…",
		strings.Repeat("😀", 257):        strings.Repeat("😀", 255) + "…",
	} {
		for _, field := range []zap.Field{Method(text), URLPath(text), LastEventID(text), FailureReason(text), Error(errors.New(text))} {
			if field.String != want {
				t.Errorf("%s of %d bytes is cut to %d, want %d", field.Key, len(text), len(field.String), len(want))
			}
		}
	}
}

// What reaches a terminal or a reader of lines shows itself and does nothing else.
func TestNothingRawIsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"\u009b31m": `\u009b31m`, "\x7f": `\u007f`, "\u202e": `\u202e`, "\u2028": `\u2028`, "\u2029": `\u2029`,
		"\u0085": `\u0085`, "\u2066x\u2069": `\u2066x\u2069`, "\u061c": `\u061c`, "\ufeff": `\ufeff`,
		"\U000e0041": `\udb40\udc41`, "\x1b[2J": `\u001b[2J`, "a\nb\rc": `a\nb\rc`, "é 👋 日本": "é 👋 日本", "\x9b": `\ufffd`,
	} {
		for _, format := range []Format{JSON, Console} {
			line := written(t, format, HTTPRequestRejected, URLPath(text), Error(errors.New(text)))
			if !strings.Contains(line, `"`+want+`"`) || strings.Count(line, want) != 2 || strings.Count(line, "\n") != 1 {
				t.Errorf("%s: %q is written as %q, want %q twice", format, text, line, want)
			}
		}
		line := written(t, JSON, HTTPServerError, Error(errors.New(text)))
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["error"] != strings.ToValidUTF8(text, "\ufffd") {
			t.Errorf("%q reads %q, %v", text, fields["error"], err)
		}
	}
}

// A stack stands on lines of its own, which do nothing else either.
func TestConsoleStackIsPlain(t *testing.T) {
	line := written(t, Console, HTTPPanic, Stack([]byte("main.main()\n\t/x.go:1\x1b[2J\u009b\r\n")))
	if !strings.HasSuffix(line, "\nmain.main()\n\t/x.go:1\ufffd[2J\\u009b\ufffd\n") {
		t.Errorf("got %q", line)
	}
}

// The worst that clients can do to each event, and a deep stack.
func TestNoLineIsLongerThanAPipeTakes(t *testing.T) {
	all := zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
		for _, name := range []string{"log-file", "tls-cert", "tls-key", "cors-origins", "addr", "admin-addr", "admin-hosts", "trusted-proxies"} {
			enc.AddString(name, strings.Repeat("\x01", 4096))
		}
		return nil
	})
	chosen := func(string) bool { return true }
	for _, text := range []string{strings.Repeat("a", 70_000), strings.Repeat("\x01", 70_000), strings.Repeat("\u202e\"", 20_000)} {
		for _, format := range []Format{JSON, Console} {
			for event, fields := range map[*Event][]zap.Field{
				HTTPPanic:       {Stack([]byte(text)), Error(errors.New(text)), URLPath(text), Method(text), Route(text[:64])},
				HTTPServerError: {Error(errors.New(text)), Stack([]byte(text))},
				StreamOpened:    {LastEventID(text), URLPath(text)},
				MessageFailed:   {FailureReason(text)},
				ServerStarting:  {Version("1"), Settings(all, chosen)},
				ConfigInvalid:   {Key(text), Error(errors.New(text)), Source("flag")},
				LogReopened:     {Path(text), Error(errors.New(text))},
				HTTPRequest:     {Route(text), Signal(text), Reason(text)}, // not a client's, and cut all the same
			} {
				line := written(t, format, event, fields...)
				if len(line) > 4096 || format == JSON && len(line) < 1000 || !utf8.ValidString(line) {
					t.Errorf("%s of %s is %d bytes long", format, event.Name, len(line))
				}
				if format == JSON && !json.Valid([]byte(line)) {
					t.Errorf("%s: not JSON: %s", event.Name, line)
				}
			}
		}
	}
}

// A line with nothing that can be cut keeps its event.
func TestTheEventIsNeverCut(t *testing.T) {
	line := written(t, JSON, ServerListening, URLs(strings.Repeat("x", 5000)), Listener("public"))
	if want := `"msg":"listening","event":"server.listening"}` + "\n"; !strings.HasSuffix(line, want) {
		t.Errorf("got %s, want it to end with %s", line, want)
	}
}

// Whatever a client sends, a line of the log is one line.
func FuzzLine(f *testing.F) {
	f.Add("/stream/\x01", "GET", "boom\u2028", "goroutine 1\n\tmain\x7f")
	f.Add(strings.Repeat("\u202e", 2000), strings.Repeat("\xff", 2000), `"\`, strings.Repeat("x\n", 5000))
	raw := regexp.MustCompile(`[\x{0}-\x{9}\x{b}-\x{1f}\x{7f}-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]`)
	f.Fuzz(func(t *testing.T, path, method, text, trace string) {
		line := written(t, JSON, HTTPPanic, URLPath(path), Method(method), Error(errors.New(text)), Stack([]byte(trace)))
		if len(line) > 4096 || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || raw.MatchString(line) || !utf8.ValidString(line) {
			t.Errorf("%d bytes: %q", len(line), line)
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		for key, was := range map[string]string{"url.path": path, "http.request.method": method, "error": text, "stack": trace} {
			now, whole := strings.CutSuffix(fields[key].(string), cutMark)
			was = strings.ToValidUTF8(mended(was), "\ufffd")
			if was != fields[key] && (!whole || !strings.HasPrefix(was, now)) {
				t.Errorf("%s is %q, of %q", key, fields[key], was)
			}
		}
		console := written(t, Console, HTTPRequestRejected, URLPath(path), Method(method), Error(errors.New(text)))
		if len(console) > 4096 || strings.Count(console, "\n") != 1 || raw.MatchString(console) || !utf8.ValidString(console) {
			t.Errorf("%d bytes: %q", len(console), console)
		}
	})
}

// mended is the text with each byte that is not UTF-8 replaced, as zap does.
func mended(text string) string { return string([]rune(text)) }
