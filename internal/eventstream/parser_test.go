package eventstream_test

import (
	"errors"
	"strings"
	"testing"

	"sseserver/internal/eventstream"
)

// streams are inputs and what the text makes of them. Unless a case names
// another place, the rule is in
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
var streams = []struct {
	rule, input string
	want        []string
}{
	// The streams that section 9.2.6 itself explains.
	{
		"example: one event of three data lines", "data: YHOO\ndata: +2\ndata: 10\n\n",
		[]string{event("", "YHOO\n+2\n10", "")},
	},
	{
		"example: comment, ids, and an empty id that resets",
		": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
		[]string{comment(" test stream"), event("", "first event", "1"), event("", "second event", ""), event("", " third event", "")},
	},
	{
		"example: data without a value; the last block is unfinished", "data\n\ndata\ndata\n\ndata:",
		[]string{event("", "", ""), event("", "\n", "")},
	},
	{
		"example: one leading space does not matter", "data:test\n\ndata: test\n\n",
		[]string{event("", "test", ""), event("", "test", "")},
	},

	// Lines end with CRLF, LF or CR (9.2.5, the end-of-line rule).
	{"CR alone", "data:a\rdata:b\r\rdata:c\r\r", []string{event("", "a\nb", ""), event("", "c", "")}},
	{"CRLF", "data:a\r\ndata:b\r\n\r\n", []string{event("", "a\nb", "")}},
	{"all three mixed", "data:a\r\ndata:b\rdata:c\n\r\ndata:d\n\r", []string{event("", "a\nb\nc", ""), event("", "d", "")}},
	{"LF CR are two ends", "data:a\n\rdata:b\n\n", []string{event("", "a", ""), event("", "b", "")}},
	{"CR CR LF are two ends", "data:a\r\r\ndata:b\n\n", []string{event("", "a", ""), event("", "b", "")}},

	// One leading byte order mark is dropped (9.2.5, "stream").
	{"byte order mark", "\uFEFFdata:a\n\n", []string{event("", "a", "")}},
	{"only the first mark", "\uFEFF\uFEFFdata:a\n\ndata:b\n\n", []string{event("", "b", "")}},
	{"a mark later is text", "data:\uFEFFa\n\n\uFEFFdata:b\n\n", []string{event("", "\uFEFFa", "")}},
	{"half a mark is text", "\xEF\xBBdata:a\n\ndata:b\n\n", []string{event("", "b", "")}},
	{"half a mark, then a line end", "\xEF\xBB\ndata:b\n\n", []string{event("", "b", "")}},

	// Fields.
	{
		"event names the type, the last one counts", "event:a\nevent: b \ndata:x\n\ndata:y\n\n",
		[]string{event("b ", "x", ""), event("", "y", "")},
	},
	{"an empty type is no type", "event:a\nevent\ndata:x\n\n", []string{event("", "x", "")}},
	{"a type without data dispatches nothing and does not live on", "event:a\n\ndata:x\n\n", []string{event("", "x", "")}},
	{"values may hold colons", "data: a: b:\nid:1:2\n\n", []string{event("", "a: b:", "1:2")}},
	{"a tab is no space", "data:\ta\n\n", []string{event("", "\ta", "")}},
	{"names are exact", "Data:a\n data:b\ndata :c\ndat:d\ndataa:e\nDATA\n\ndata:f\n\n", []string{event("", "f", "")}},
	{"unknown fields are ignored", "foo:bar\nfoo\ndata:x\n\n", []string{event("", "x", "")}},
	{
		"comments come wherever they stand", ":a\ndata:x\n:\n: b\n\n:c\n",
		[]string{comment("a"), comment(""), comment(" b"), event("", "x", ""), comment("c")},
	},
	{"empty lines alone are nothing", "\n\n\r\r\r\n\r\n", nil},

	// The last event ID.
	{"an id holds for later events", "id:1\ndata:a\n\ndata:b\n\n", []string{event("", "a", "1"), event("", "b", "1")}},
	{"an id-only block counts and dispatches nothing", "id:7\n\ndata:a\n\n", []string{event("", "a", "7")}},
	{"an id with NUL is ignored", "id:1\nid:2\x003\ndata:a\n\n", []string{event("", "a", "1")}},
	{"an id after the data is of the same block", "data:a\nid:1\nid:2\n\n", []string{event("", "a", "2")}},
	{"NUL is allowed elsewhere", "data:a\x00b\nevent:\x00\n\n", []string{event("\x00", "a\x00b", "")}},

	// The reconnection time: ASCII digits only.
	{"retry", "retry:1500\nretry: 0\nretry:007\n", []string{"retry 1.5s", "retry 0s", "retry 7ms"}},
	{"retry of anything else", "retry:1.5\nretry:-1\nretry:+1\nretry:1s\nretry: 1 \nretry:\nretry\nretry:٣\nretry:  5\n", nil},
	{
		"retry too long for the clock", "retry:9223372036854775808\nretry:" + strings.Repeat("9", 400) + "\n",
		[]string{"retry 2562047h47m16.854s", "retry 2562047h47m16.854s"},
	},

	// "Once the end of the file is reached, any pending data must be discarded."
	{"unfinished event", "data:a\n\ndata:b\n", []string{event("", "a", "")}},
	{"unfinished line", "data:a\n\ndata:b", []string{event("", "a", "")}},
}

func TestStreams(t *testing.T) {
	for _, s := range streams {
		t.Run(s.rule, func(t *testing.T) {
			got, err := parse(new(eventstream.Parser), s.input)
			if err != nil {
				t.Fatalf("input %q: %v", s.input, err)
			}
			wantCalls(t, s.input, got, s.want)
		})
	}
}

func TestStreamsCutAnywhere(t *testing.T) {
	for _, s := range streams {
		if len(s.input) > 200 {
			continue
		}
		for i := range len(s.input) + 1 {
			for j := i; j <= len(s.input); j++ {
				got, err := parse(new(eventstream.Parser), s.input[:i], s.input[i:j], "", s.input[j:])
				if err != nil {
					t.Fatalf("input %q: %v", s.input, err)
				}
				wantCalls(t, s.input[:i]+"|"+s.input[i:j]+"|"+s.input[j:], got, s.want)
			}
		}
		got, err := parse(new(eventstream.Parser), strings.Split(s.input, "")...)
		if err != nil {
			t.Fatalf("input %q: %v", s.input, err)
		}
		wantCalls(t, s.input, got, s.want)
	}
}

// A line that ends with CR is over: nothing waits for an LF that may never come.
func TestEventDoesNotWaitForTheNextByte(t *testing.T) {
	for _, input := range []string{"data:a\n\n", "data:a\r\r", "data:a\r\n\r", "data:a\n\r"} {
		got, _ := parse(new(eventstream.Parser), input)
		wantCalls(t, input, got, []string{event("", "a", "")})
	}
}

func TestLastEventIDIsCommittedByABlankLine(t *testing.T) {
	var p eventstream.Parser
	for _, step := range []struct{ feed, want string }{
		{"", ""}, {"id: 1\n", ""}, {"\n", "1"}, {"id: 2", "1"}, {"\r", "1"}, {"\n\r", "2"}, {"\nid\n", "2"}, {"\n", ""},
	} {
		if _, err := parse(&p, step.feed); err != nil {
			t.Fatal(err)
		}
		if got := string(p.LastEventID()); got != step.want {
			t.Errorf("after %q: last event ID %q, want %q", step.feed, got, step.want)
		}
	}
}

func TestReset(t *testing.T) {
	for _, unfinished := range []string{
		"", "data", "data:x", "data:x\n", "data:x\r", "event:e\nid:9\n", "\xEF", "\uFEFF", "data:x\ndata:y\nda",
	} {
		var p eventstream.Parser
		p.SetLastEventID("preset")
		if _, err := parse(&p, unfinished); err != nil {
			t.Fatal(err)
		}
		p.Reset()
		got, err := parse(&p, "\uFEFF\ndata:a\n\n")
		if err != nil {
			t.Fatal(err)
		}
		wantCalls(t, unfinished, got, []string{event("", "a", "preset")})
	}
}

func TestHandlerErrorStopsAtOnce(t *testing.T) {
	var p eventstream.Parser
	r := recorder{failAt: 2}
	input := "data:a\n\ndata:b\nid:2\n\ndata:c\n\n"
	if err := p.Feed([]byte(input), &r); !errors.Is(err, errStop) {
		t.Errorf("input %q: error %v, want %v", input, err, errStop)
	}
	wantCalls(t, input, r.calls, []string{event("", "a", ""), event("", "b", "2")})
	p.Reset()
	got, err := parse(&p, "data:d\n\n")
	if err != nil {
		t.Fatal(err)
	}
	wantCalls(t, "data:d\n\n", got, []string{event("", "d", "2")})
}

// What an end of the stream would cut off, wherever the reads were cut.
func TestUnfinished(t *testing.T) {
	for input, want := range map[string]bool{
		"":                             false,
		"\uFEFF":                       false,
		"data: x\n\n":                  false,
		"data: x\r\r":                  false,
		"data: x\r\n\r\n":              false,
		"data: x\n":                    true, // it still lacks its blank line
		"data: x\r":                    true,
		"data: x\r\n":                  true,
		"data:\n":                      true,
		"data: x\n\ndata: {\"posit":    true,
		"data: x\n\nd":                 true,
		"event: ping\n":                true,
		"event: ping\n\n":              false, // no event, but over
		"id: 7\n":                      false, // no event to come of it alone
		"id: 7":                        true,
		"retry: 10\n":                  false,
		"retry: 10\n\n":                false,
		": a comment\n":                false,
		": a com":                      false,
		":":                            false,
		"data: x\n: a com":             true,
		"data: x\n\n: a com":           false,
		"nonsense\n":                   false,
		"event: end\ndata: x\nid: 7\n": true,
	} {
		for cut := range len(input) + 1 {
			var p eventstream.Parser
			if _, err := parse(&p, input[:cut], input[cut:]); err != nil {
				t.Fatal(err)
			}
			if got := p.Unfinished(); got != want {
				t.Errorf("%q cut at %d: got %v", input, cut, got)
			}
			if p.Reset(); p.Unfinished() {
				t.Errorf("%q: unfinished after Reset", input)
			}
		}
	}
}
