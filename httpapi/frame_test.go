package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/eventstream"

	"github.com/tmaxmax/go-sse"
)

const frameID = "5b0e2f0c-8a57-4a5e-9d0b-0d3f4a1c2b3e"

func TestJSONText(t *testing.T) {
	for text, want := range map[string]string{
		"":             `""`,
		"Hi":           `"Hi"`,
		"é👋\u2028":     `"é👋` + "\u2028" + `"`,
		`"\/`:          `"\"\\/"`,
		"\r\n\t\b\f":   `"\r\n\t\b\f"`,
		"\x00\x1b\x1f": `"\u0000\u001b\u001f"`,
		"\x7f<>&'":     "\"\x7f<>&'\"",
		"a\xffb\xf0":   "\"a\ufffdb\ufffd\"",
		"\ufffd":       "\"\ufffd\"",
	} {
		if got := `"` + string(appendJSONText(nil, text)) + `"`; got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// FuzzCutText checks that the pieces of a text are not too long, are framed as the
// whole is, and, of a text that is UTF-8, are so, too.
func FuzzCutText(f *testing.F) {
	for _, text := range []string{"x", "é", "각", "👋", "\"\x00", "\xff", "\xf0\x9f", "\x80\x80\x80", "a각\n👋é"} {
		for shift := range 5 {
			f.Add(strings.Repeat("a", shift), text, uint16(2000))
		}
	}
	f.Fuzz(func(t *testing.T, before, text string, times uint16) {
		text = before + strings.Repeat(text, int(min(times, 4096)))
		var got []byte
		for piece, rest := cutText(text); piece != ""; piece, rest = cutText(rest) {
			if len(piece) > maxText || utf8.ValidString(text) && !utf8.ValidString(piece) {
				t.Fatalf("%q: a piece of %d bytes, %q", text, len(piece), piece)
			}
			if framed := appendJSONText(nil, piece); len(framed) > maxFrame {
				t.Fatalf("%q is framed in %d bytes", piece, len(framed))
			}
			got = appendJSONText(got, piece)
		}
		if want := appendJSONText(nil, text); !bytes.Equal(got, want) {
			t.Fatalf("%q\n got %q\nwant %q", text, got, want)
		}
	})
}

// appendChunk appends a whole chunk, as a stream does.
func appendChunk(dst []byte, form form, chunk actors.Chunk, total int) []byte {
	st := stream{form: form}
	dst = appendJSONText(st.appendHead(dst, chunk.Position), chunk.Text)
	return form.appendTail(dst, chunk.Position, total)
}

// The longest chunk that is framed at once takes no more than maxFrame.
func TestMaxFrame(t *testing.T) {
	text := strings.Repeat("\x00", maxText)
	for _, kind := range broker.Kinds {
		chunk := actors.Chunk{Position: math.MaxInt, Text: text}
		if got := len(appendChunk(nil, events{kind: kind, name: frameID}, chunk, math.MaxInt)); got > maxFrame {
			t.Errorf("%s: %d bytes, want at most %d", kind, got, maxFrame)
		}
	}
}

// FuzzFrame checks that a chunk, whatever its text, is exactly one event with
// its id and that text: to two parsers that know nothing of the encoder,
// wherever the bytes are cut, and with nothing else that came of the text.
func FuzzFrame(f *testing.F) {
	for _, text := range []string{
		"H", "👨‍👩‍👧", "\r\n", "\n\ndata: x\n\n", "\rid: 9\r\r", "\"}\n\n", "\\", "\x00", "\u2028\u2029\u0085", "\ufeff", "\xff\xfe", "\xed\xa0\x80", ": c", "retry: 1",
	} {
		f.Add(text, uint32(0), uint16(3))
		f.Add(text, uint32(99), uint16(0))
	}
	f.Fuzz(func(t *testing.T, text string, position uint32, cut uint16) {
		for _, kind := range broker.Kinds {
			form := events{kind: kind, name: frameID}
			frame := form.appendFirst(nil, reconnection)
			frame = appendChunk(frame, form, actors.Chunk{Position: int(position), Text: text}, 100)
			frame = form.appendHeartbeat(frame)

			var data struct {
				MessageID, Chunk string
				Position, Total  int
				Completed        bool
			}
			events := parse(t, frame, int(cut))
			if len(events) != 1 || events[0].id != strconv.Itoa(int(position)) || events[0].name != "" {
				t.Fatalf("text %q\nframe %q\n got %+v\nwant one event with id %d", text, frame, events, position)
			}
			if err := json.Unmarshal([]byte(events[0].data), &data); err != nil {
				t.Fatalf("text %q\nframe %q\n%v", text, frame, err)
			}
			if data.Chunk != mended(text) || data.MessageID != frameID || data.Total != 100 || kind == broker.Characters && data.Position != int(position) ||
				data.Completed != (kind == broker.Progress && position == 100) {
				t.Fatalf("text %q\nframe %q\ngot %+v", text, frame, data)
			}
			if others := parseGoSSE(t, frame); !slices.Equal(others, events) {
				t.Fatalf("text %q\nframe %q\none parser finds %+v\nanother one    %+v", text, frame, events, others)
			}
		}
	})
}

// FuzzFailed checks the same of the event that ends a failed message, whatever its
// producer says.
func FuzzFailed(f *testing.F) {
	for _, reason := range []string{"", "producer_gone", "no more\npaper", "\r\rid: 9\n\ndata: x\n\n", "\"}\n\n", "\\", "\x00", "\u2028\ufeff", "\xff", "👨‍👩‍👧"} {
		f.Add(reason, uint16(3))
	}
	f.Fuzz(func(t *testing.T, reason string, cut uint16) {
		form := events{kind: broker.Characters, name: frameID}
		frame := form.appendFirst(nil, reconnection)
		frame = form.appendEnd(frame, &broker.Message{Name: frameID, State: broker.StateFailed, Reason: reason}, unknownTotal)
		frame = form.appendHeartbeat(frame)
		events := parse(t, frame, int(cut))
		if len(events) != 1 || events[0].id != "end" || events[0].name != "failed" {
			t.Fatalf("reason %q\nframe %q\n got %+v\nwant one event, failed", reason, frame, events)
		}
		var data struct{ MessageID, Reason string }
		if err := json.Unmarshal([]byte(events[0].data), &data); err != nil || data.MessageID != frameID || data.Reason != mended(reason) {
			t.Fatalf("reason %q\nframe %q\ngot %+v, %v", reason, frame, data, err)
		}
		if others := parseGoSSE(t, frame); !slices.Equal(others, events) {
			t.Fatalf("reason %q\nframe %q\none parser finds %+v\nanother one    %+v", reason, frame, events, others)
		}
	})
}

// mended returns text with U+FFFD for every byte that is no UTF-8.
func mended(text string) string { return string([]rune(text)) }

type parsedEvent struct{ name, id, data string }

// parse feeds the bytes in pieces, and fails if the pieces matter, or if there
// is a comment or a reconnection time that should not be there.
func parse(t *testing.T, stream []byte, cut int) []parsedEvent {
	t.Helper()
	whole, pieces := &frameRecorder{}, &frameRecorder{}
	var p, q eventstream.Parser
	if err := p.Feed(stream, whole); err != nil {
		t.Fatal(err)
	}
	for rest := stream; len(rest) > 0; {
		n := min(len(rest), cut%17+1)
		if err := q.Feed(rest[:n], pieces); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if !slices.Equal(whole.events, pieces.events) || whole.others != pieces.others {
		t.Fatalf("%q\nwhole:     %+v\nin pieces: %+v", stream, whole, pieces)
	}
	if want := ": connected\nretry 2s\n: heartbeat\n"; whole.others != want {
		t.Fatalf("%q\ngot beside the events %q\nwant %q", stream, whole.others, want)
	}
	return whole.events
}

// frameRecorder is an eventstream.Handler.
type frameRecorder struct {
	events []parsedEvent
	others string
}

func (r *frameRecorder) Event(e eventstream.Event) error {
	r.events = append(r.events, parsedEvent{string(e.Type), string(e.ID), string(e.Data)})
	return nil
}
func (r *frameRecorder) Comment(text []byte)      { r.others += fmt.Sprintf(":%s\n", text) }
func (r *frameRecorder) Retry(wait time.Duration) { r.others += fmt.Sprintf("retry %v\n", wait) }

// parseGoSSE parses with tmaxmax/go-sse, which reports blocks without data, too.
func parseGoSSE(t *testing.T, stream []byte) []parsedEvent {
	t.Helper()
	var events []parsedEvent
	for e, err := range sse.Read(bytes.NewReader(stream), &sse.ReadConfig{MaxEventSize: 1 << 24}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Data != "" {
			events = append(events, parsedEvent{e.Type, e.LastEventID, e.Data})
		}
	}
	return events
}
