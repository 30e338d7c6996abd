package reading

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// usual is a line as our logger writes it.
const usual = `{"seq":7,"level":"info","time":"2026-01-02T03:04:05.678901Z","logger":"httpapi","msg":"request","event":"http.request",` +
	`"request_id":"r1","url.path":"/send","http.response.status_code":200,"duration_ms":0.5}`

// changed are that line with something else in it: the first of a pair is replaced by the
// second.
var changed = [][2]string{
	{``, ``},
	{`7`, `8`},
	{`7`, `18446744073709551615`},
	{`7`, `0`},
	{`7`, `-1`},
	{`7`, `07`},
	{`7`, `1.5`},
	{`7`, `"7"`},
	{`"seq":7,`, ``},
	{`info`, `warn`},
	{`info`, `fatal`},
	{`"info"`, `1`},
	{`"level":"info",`, ``},
	{`"level"`, `"Level"`},
	{`05.678901Z`, `05.678901+`},
	{`2026-01-02`, `2026-02-30`},
	{`2026-01-02`, `2026-01-03`},
	{`03:04`, `24:04`},
	{`"time"`, `"at"`},
	{`httpapi`, `broker`},
	{`"logger":"httpapi",`, ``},
	{`"httpapi"`, `null`},
	{`"httpapi"`, `"a\u0062"`},
	{`"msg":"request"`, `"msg":"a\"b"`},
	{`"msg":"request"`, `"msg":7`},
	{`"msg":"request"`, `"msg":"Größe"`},
	{`"msg":"request",`, ``},
	{`http.request"`, `http.req\u0075est"`},
	{`http.request"`, `stream.closed"`},
	{`http.request"`, `no.event"`},
	{`"http.request"`, `[]`},
	{`r1`, ``},
	{`r1`, `longer than r1`},
	{`r1`, `a\nb`},
	{`r1`, `Größe`},
	{`r1`, "\xff"},
	{`r1`, "a\tb"},
	{`r1`, `r1"`},
	{`r1`, `\`},
	{`r1`, `r1","b":"`},
	{`"r1"`, `12`},
	{`"r1"`, `null`},
	{`"r1"`, `true`},
	{`"r1"`, `[1,"}",{"a":1,"a":2}]`},
	{`"r1"`, `{"request_id":1}`},
	{`"r1"`, `tru`},
	{`"r1"`, ``},
	{`200`, `-0`},
	{`200`, `2e2`},
	{`200`, `18446744073709551616`},
	{`200`, `0200`},
	{`200`, `"200"`},
	{`0.5`, `5`},
	{`0.5`, `.5`},
	{`0.5`, `0.`},
	{`"request_id"`, `"url.path"`},
	{`"request_id"`, `"seq"`},
	{`"request_id"`, `"request\u005fid"`},
	{`"request_id"`, `"other"`},
	{`,"duration_ms":0.5`, ``},
	{`0.5}`, `0.5,"more":1}`},
	{`0.5}`, `0.5,"event":"http.request"}`},
	{`0.5}`, `0.5,"msg":"twice"}`},
	{`0.5}`, `0.5} `},
	{`0.5}`, `0.5}}`},
	{`0.5}`, `0.5`},
	{`0.5}`, `0.5,}`},
	{`{"seq"`, ` { "seq" `},
	{`:200,`, `: 200 ,`},
	{`{"seq"`, `"seq"`},
	{usual, `{}`},
	{`,"event":"http.request"`, ``},
	{`0.5}`, `0.5,"x":{},"event":"e"}`},
}

func TestAlikeAgreesWithScan(t *testing.T) {
	var all [][]byte
	for _, change := range changed {
		all = append(all, []byte(strings.Replace(usual, change[0], change[1], 1)))
	}
	for _, text := range all {
		alike(t, []byte(usual), text)
		alike(t, text, []byte(usual))
	}
	var p parser // that has read them all
	for range 2 {
		for _, text := range all {
			same(t, &p, text)
		}
	}
}

func FuzzAlike(f *testing.F) {
	for _, change := range changed {
		f.Add([]byte(usual), []byte(strings.Replace(usual, change[0], change[1], 1)))
	}
	f.Fuzz(func(t *testing.T, before, text []byte) { alike(t, before, text) })
}

// alike reads a text after another one.
func alike(t *testing.T, before, text []byte) {
	t.Helper()
	var p parser
	_, _ = p.parse(before)
	same(t, &p, text)
	same(t, &p, text)
	same(t, &p, before)
}

// same checks that what was read before makes no difference for a text.
func same(t *testing.T, p *parser, text []byte) {
	t.Helper()
	got, gotErr := p.parse(text)
	var fresh parser
	want, wantErr := fresh.parse(text)
	if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
		t.Fatalf("%.300q: error %v, want %v", text, gotErr, wantErr)
	}
	if gotErr != nil {
		return
	}
	if g, w := whole(got), whole(want); !reflect.DeepEqual(g, w) {
		t.Fatalf("%.300q:\n got %+v\nwant %+v", text, g, w)
	}
}

// whole is all that a line tells.
func whole(l *Line) (all []any) {
	all = append(all, l.Seq, l.Time, l.Level, l.Logger, l.Message, l.Name, l.Event)
	for i, key := range l.Shape().Keys() {
		value, ok := l.Get(key)
		all = append(all, key, value, ok, l.At(i), value.escaped)
	}
	return append(all, len(l.fields))
}

// Lines that are alike need no other scan, and nothing is made of them.
func TestAgain(t *testing.T) {
	var p parser
	if _, err := p.parse([]byte(usual)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{``, ``}, {`7`, `18`}, {`:05.`, `:06.`}, {`r1`, `a\tb`}, {`r1`, `Größe`}, {`"r1"`, `{}`}, {`0.5`, `12`}} {
		p.line.Raw = []byte(strings.Replace(usual, change[0], change[1], 1))
		again := false
		if n := testing.AllocsPerRun(10, func() { again = p.again() }); !again || n > 0 {
			t.Errorf("is like another: %t, allocations: %v: %s", again, n, p.line.Raw)
		}
	}
}

// What is kept is bounded, whatever the lines are.
func TestStretchesAreBounded(t *testing.T) {
	var p parser
	grown := func(old, key string) string { return strings.Replace(usual, old, `"`+key+`":1,`+old, 1) }
	texts := []string{grown(`"request_id"`, strings.Repeat("k", 2*maxStretch))}
	for i := range 2 * maxBranches {
		texts = append(texts, grown(`"level"`, fmt.Sprint(i)))
	}
	for i := range maxStretches {
		texts = append(texts, strings.Replace(grown(`"url.path"`, fmt.Sprint(i%maxBranches)), `"duration_ms"`, fmt.Sprintf(`"%d"`, i/maxBranches), 1))
	}
	for _, text := range texts {
		same(t, &p, []byte(text))
	}
	kept := 0
	var count func(ways []*stretch)
	count = func(ways []*stretch) {
		if len(ways) > maxBranches {
			t.Errorf("%d ways", len(ways))
		}
		for _, way := range ways {
			kept++
			if len(way.text) > maxStretch {
				t.Errorf("a stretch of %d bytes", len(way.text))
			}
			count(way.next)
		}
	}
	if count(p.ways); kept > maxStretches || kept != p.stretches {
		t.Errorf("%d stretches are kept, %d counted", kept, p.stretches)
	}
}
