package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// openWire opens a page with a Wire of its own, `wire`, and `feed(now, …texts)`,
// which gives it bytes at a time that the test tells.
func openWire(t *testing.T, browser context.Context) *tab {
	t.Helper()
	p := openTab(t, browser, startServer(t).url+"/index.html")
	promised[bool](p, `import('./wire.js').then(({Wire}) => {
		document.body.innerHTML = '<details open><summary>On the wire</summary><pre class="wire" tabindex="0" role="region" aria-label="Frames"></pre></details>';
		globalThis.pane = document.querySelector('.wire');
		globalThis.wire = new Wire(pane);
		globalThis.feed = (now, ...texts) => texts.forEach((text) => wire.add(new TextEncoder().encode(text), now));
		globalThis.marks = () => Array.from(pane.children, (frame) => frame.dataset.mark);
		globalThis.note = () => document.querySelector('details .hint').textContent;
		return true;
	})`)
	return p
}

func frameOf(id int) string { return fmt.Sprintf("id: %d\ndata: {\"chunk\":\"c%d\"}\n\n", id, id) }

// testWireIsTheStream cuts a stream anywhere: the text on show is always the stream,
// whatever its line ends, and the marks are the same.
func testWireIsTheStream(t *testing.T, browser context.Context) {
	p := openWire(t, browser)
	p.js("document.body.hidden = true") // nothing has to be laid out for this
	frames := []string{": connected\nretry: 2000\n\n", "id: 0\ndata: é👩🏽‍🚀\n\n", "\n", "event: done\nid: end\ndata: {}\n\n", "id: 1\ndata: half a fr"}
	for _, eol := range []string{"\n", "\r\n", "\r"} {
		text := strings.ReplaceAll(strings.Join(frames, ""), "\n", eol)
		var marks []string
		for _, frame := range frames {
			marks = append(marks, fmt.Sprintf("+0 ms · %d B", len(strings.ReplaceAll(frame, "\n", eol))))
		}
		want := strings.TrimPrefix(strings.Join(marks, "|"), "+0 ms · ")
		got := promised[[]string](p, `import('./escape.js').then(({shown}) => {
			const bytes = new TextEncoder().encode(`+quotedJS(text)+`);
			const read = (...pieces) => {
				wire.clear();
				for (const piece of pieces) { wire.add(piece, 0); wire.paint(); }
				return pane.textContent === shown(`+quotedJS(text)+`) ? marks().join('|') : pane.textContent;
			};
			const results = Array.from(bytes, (_, at) => read(bytes.subarray(0, at), bytes.subarray(at)));
			results.push(read(...Array.from(bytes, (byte) => Uint8Array.of(byte))));
			return results;
		})`)
		for at, marks := range got {
			if marks != want {
				t.Errorf("line end %q, cut at byte %d\n got %q\nwant %q", eol, at, marks, want)
			}
		}
	}
}

// testWireEscapes shows what cannot be seen, and what would change how the rest is seen.
func testWireEscapes(t *testing.T, browser context.Context) {
	p := openWire(t, browser)
	p.js(`feed(0, 'data: a\u202eb\u0000\u2066c\ufeff\u200b<b>\r\n\r\n', 'data: שלום 12 \u{e0067}\n\n'); wire.add(Uint8Array.of(0xff, 10, 10), 0); wire.paint()`)
	want := `data: a\u202eb\u0000\u2066c\ufeff\u200b<b>\r\n` + "\n" + `\r\n` + "\n" + `data: שלום 12 \udb40\udc67` + "\n\n" + `\ufffd` + "\n\n"
	if got := eval[string](p, "pane.textContent"); got != want {
		t.Errorf("it shows %q\nwant     %q", got, want)
	}
	// Hebrew letters stand in the order of their bytes.
	if !eval[bool](p, `(() => {
		const text = pane.children[1].firstChild, range = document.createRange();
		const left = (at) => { range.setStart(text, at); range.setEnd(text, at + 1); return range.getBoundingClientRect().left; };
		return left(6) < left(7) && left(7) < left(9);
	})()`) {
		t.Error("text of another direction is laid out in another order than it came")
	}
}

// testWireMarks has gaps, frames that come twice, and a new connection.
func testWireMarks(t *testing.T, browser context.Context) {
	p := openWire(t, browser)
	p.js(`wire.connected(); feed(0, 'id: 1\n\n'); feed(250, 'id: 2\n\n'); feed(501, 'id: 3\n\n'); wire.connected('2');
		feed(20501, 'event: resumed\n\n', 'id: 3\n\n', ': heartbeat\n\n'); wire.paint()`)
	want := []string{"7 B", "+250 ms · 7 B", "gap of 251 ms · 7 B", "New connection, Last-Event-ID: 2", "gap of 20.0 s · 16 B", "+0 ms · 7 B · came before", "+0 ms · 13 B"}
	if got := eval[[]string](p, "marks()"); !slices.Equal(got, want) {
		t.Errorf("marks %q\nwant  %q", got, want)
	}
	if got := eval[string](p, "Array.from(pane.children, (f) => ('gap' in f.dataset ? 'gap' : 'again' in f.dataset ? 'again' : f.dataset.kind ?? '')).join()"); got != ",,gap,connection,gap,again,comment" {
		t.Errorf("the looks of the frames are %q", got)
	}
	if got := eval[string](p, "getSelection().selectAllChildren(pane), getSelection().toString()"); got+"\n" != eval[string](p, "pane.textContent") { // browsers drop the very last line end
		t.Errorf("selected text is %q, not the stream", got)
	}
}

// testWireTools pauses, filters, copies and downloads.
func testWireTools(t *testing.T, browser context.Context) {
	p := openWire(t, browser)
	const pause, filter = ".tools button:nth-of-type(1)", ".tools input"
	p.js(`feed(0, ` + quotedJS(frameOf(1)+frameOf(2)) + `); wire.paint()`)
	p.click(pause)
	p.js(`feed(0, ` + quotedJS(frameOf(3)+frameOf(12)) + `); wire.paint()`)
	p.wantWire(frameOf(1)+frameOf(2), "4 frames, 114 B; paused, 2 more since.")
	p.fill(filter, "C2")
	p.wantWire(frameOf(2), "4 frames, 114 B; paused, 2 more since; 1 with this text.")
	p.click(pause)
	p.wantWire(frameOf(2), "4 frames, 114 B; 1 with this text.")
	p.fill(filter, "c1")
	p.wantWire(frameOf(1)+frameOf(12), "4 frames, 114 B; 2 with this text.")
	p.js(`feed(0, ` + quotedJS(frameOf(4)+frameOf(15)) + `); wire.paint()`)
	p.wantWire(frameOf(1)+frameOf(12)+frameOf(15), "6 frames, 172 B; 3 with this text.")

	// What is copied is what the filter leaves, and as it came: without escapes. What is downloaded is all.
	p.js(`feed(0, 'data: c1\u202e\n\n'); wire.add(Uint8Array.of(0xff), 0); wire.paint();
		navigator.clipboard.writeText = async (text) => { globalThis.copied = text; };
		URL.createObjectURL = (blob) => { globalThis.blob = blob; return 'about:blank'; }`)
	p.click(".tools button:nth-of-type(2)")
	p.until("document.querySelector('.tools button:nth-of-type(2)').textContent === 'Copied'")
	if got, want := eval[string](p, "copied"), frameOf(1)+frameOf(12)+frameOf(15)+"data: c1\u202e\n\n"; got != want {
		t.Errorf("copied %q\nwant   %q", got, want)
	}
	p.js("HTMLAnchorElement.prototype.click = function () { globalThis.saved = this.download; }")
	p.click(".tools button:nth-of-type(3)")
	want := frameOf(1) + frameOf(2) + frameOf(3) + frameOf(12) + frameOf(4) + frameOf(15) + "data: c1\u202e\n\n\xff"
	if got := promised[[]int](p, "blob.arrayBuffer().then((buffer) => Array.from(new Uint8Array(buffer)))"); !slices.EqualFunc(got, []byte(want), func(a int, b byte) bool { return a == int(b) }) {
		t.Errorf("downloaded %v", got)
	}
	if got := eval[string](p, "saved"); got != "stream.sse" {
		t.Errorf("the file is called %q", got)
	}
}

// testWireIsBounded has more than it keeps, and more than it shows, and looks only where somebody looks.
func testWireIsBounded(t *testing.T, browser context.Context) {
	p := openWire(t, browser)
	p.js("document.querySelector('details').open = false")
	p.js(`for (let i = 0; i < 30_000; i++) { feed(0, 'id: ' + i + '\ndata: ' + 'x'.repeat(80) + '\n\n'); wire.paint(); }`)
	if got := eval[int](p, "pane.childNodes.length"); got != 0 {
		t.Errorf("%d nodes of a pane that is closed", got)
	}
	p.click("summary")
	p.until("pane.childElementCount === 200")
	if got := eval[string](p, "pane.lastChild.textContent.slice(0, 9)"); got != "id: 29999" {
		t.Errorf("the last frame begins with %q", got)
	}
	if got := eval[string](p, "note()"); !strings.HasPrefix(got, "30,000 frames, 2.9 MB; the last 200 shown; the first ") {
		t.Errorf("it says %q", got)
	}
	if got := eval[int](p, "(wire.clear(), feed(0, 'data: ' + 'x'.repeat(20_000) + '\\n\\n'), wire.paint(), pane.textContent.length)"); got != 16<<10 {
		t.Errorf("%d characters of one frame on show", got)
	}
	if got := eval[string](p, "marks()[0]"); got != "20.0 kB · the last 3,624 characters not shown" {
		t.Errorf("its mark is %q", got)
	}
}

// wantWire checks what a Wire shows and says.
func (p *tab) wantWire(text, note string) {
	p.t.Helper()
	if got := eval[string](p, "pane.textContent"); got != text {
		p.t.Errorf("it shows %q, want %q", got, text)
	}
	if got := eval[string](p, "note()"); got != note {
		p.t.Errorf("it says %q, want %q", got, note)
	}
}

// quotedJS is text as JavaScript has it.
func quotedJS(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}
