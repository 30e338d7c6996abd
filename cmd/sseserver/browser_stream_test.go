package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tricky is text in which a character is rarely one code point.
const tricky = "Hé! " + // é as one code point
	"e\u0301 " + // and as two
	"👩‍👩‍👧‍👦 👍🏽 🇺🇳🇪🇺 " + // a family, a skin tone, two flags without a gap
	"한\u1112\u1161\u11ab\n" + // Hangul composed and as letters
	"नि <b>&amp;"

const trickyCharacters = 26

func testTextArrives(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	p.watch()
	p.fill("#interval", "2")
	p.fill("#message", tricky)
	p.click("#send")
	p.untilState("complete")

	p.wantReceived(tricky, trickyCharacters)
	if got, want := p.text("status"), fmt.Sprintf("Complete, verified: %d characters", trickyCharacters); got != want {
		t.Errorf("state: %q, want %q", got, want)
	}
	if got := eval[bool](p, "send === document.activeElement && document.querySelector('#stop').disabled"); !got {
		t.Error("after the end Send has no focus, or Stop can still be pressed")
	}
	id := eval[string](p, "location.hash.slice(1)")
	if got, want := p.curl(), "curl -N \""+p.origin()+"/stream/"+id+"?unit=character&interval=2ms\""; got != want {
		t.Errorf("command: %q, want %q", got, want)
	}

	// A reload follows the same message once more.
	p.reload()
	p.watch()
	p.untilState("complete")
	p.wantReceived(tricky, trickyCharacters)
}

// A textarea turns CRLF into LF, so the message comes from another client and
// the page follows it by its address.
func testTextKeepsCRLF(t *testing.T, browser context.Context) {
	server := startServer(t)
	const message = "one\r\ntwo\r\n\r\n\tthree \x00 \u2028 \ufeff end"
	p := openTab(t, browser, server.url+"/index.html#"+server.submit(t, message))
	p.untilState("complete")
	p.wantReceived(message, strings.Count(message, "")-1-3) // each CRLF is one character
}

func testWords(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	p.watch()
	p.fill("#message", "  four words, spaced  out\n")
	p.click("input[value=word]")
	p.click("#send")
	p.untilState("complete")
	p.wantReceived("  four words, spaced  out\n", 5) // the space before the first word is a piece too
	if got, want := p.text("status"), "Complete, verified: 5 words"; got != want {
		t.Errorf("state: %q, want %q", got, want)
	}
}

func testProgress(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/progress.html")
	p.js(`globalThis.steps = []; new MutationObserver(() => steps.push(bar.value)).observe(bar, {attributes: true})`)
	p.fill("#message", "a long task")
	p.click("summary")
	p.click("#send")
	p.untilState("complete")

	if got, want := eval[[]int](p, "[bar.value, bar.max, bar.position * 100]"), []int{100, 100, 100}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("bar: value, max, percent %v, want %v", got, want)
	}
	if got, want := p.text("received"), "Processing chunk 100%"; got != want {
		t.Errorf("text: %q, want %q", got, want)
	}
	if got, want := p.text("status"), "Complete: 100 steps"; got != want {
		t.Errorf("state: %q, want %q", got, want)
	}
	if steps := eval[[]int](p, "steps"); !slices.IsSorted(steps) {
		t.Errorf("the bar went back: %v", steps)
	}
	if wire := p.text("wire"); !strings.HasPrefix(wire, ": connected\nretry: 2000\n\nid: 1\ndata: {") || !strings.Contains(wire, "}\n\nid: 100\ndata: {") || !strings.Contains(wire, "}\n\nevent: done\nid: end\ndata: {") {
		t.Errorf("the wire does not show the stream from its beginning to its end:\n%s", wire)
	}
}

func testStopAndResume(t *testing.T, browser context.Context) {
	server := startServer(t)
	network := startBadNetwork(t, server)
	p := openTab(t, browser, "http://"+network.addr+"/index.html")
	p.watch()
	message := strings.Repeat(tricky, 8)
	p.fill("#message", message)
	// However slow the test is, there is something to stop; and however fast, it
	// is not the resumed stream that freezes.
	frozen := network.next(trouble{4321, freeze})
	p.click("#send")
	p.await(frozen, "the freeze")
	p.until("Number(count.textContent) >= 10")
	p.click("#stop")
	p.untilState("stopped")

	shown := eval[int](p, "Number(count.textContent)")
	if got, want := p.text("status"), fmt.Sprintf("Stopped after %d of %d characters", shown, 8*trickyCharacters); got != want {
		t.Errorf("state: %q, want %q", got, want)
	}
	if got := p.text("stop"); got != "Resume" {
		t.Errorf("the button says %q, want Resume", got)
	}
	server.untilNoStreams(p.ctx, t, eval[string](p, "location.hash.slice(1)"))

	p.click("#stop")
	p.untilState("complete")
	p.wantReceived(message, 8*trickyCharacters)
	p.wantStates("Streaming", fmt.Sprintf("Stopped after %d of %d characters", shown, 8*trickyCharacters),
		"Connecting…", "Streaming", "Complete, verified: 208 characters, resumed 1×")
}

// testTextSurvives loses the connection in the middle of a frame, then the whole
// server for longer than one attempt to reconnect.
func testTextSurvives(t *testing.T, browser context.Context) {
	network := startBadNetwork(t, startServer(t))
	p := openTab(t, browser, "http://"+network.addr+"/index.html", "net::ERR_")
	p.watch()
	message := strings.Repeat(tricky, 8)
	p.fill("#message", message)
	network.next(trouble{4321, reset}, trouble{5432, down})
	p.click("#send")
	p.until("document.querySelector('#status').textContent.startsWith('The server cannot be reached. Reconnecting in ')")

	network.up()
	p.js("dispatchEvent(new Event('online'))") // else the wait may be long by now
	p.untilState("complete")
	p.wantError("")
	p.wantReceived(message, 8*trickyCharacters)
	if states := eval[[]string](p, "statusStates"); !slices.Contains(states, "Connection lost. Reconnecting…") {
		t.Errorf("states: %q", states)
	}
	p.wantStates("The server cannot be reached. Reconnecting…", "Reconnecting…", "Streaming", "Complete, verified: 208 characters") // resumed, if the browser kept what came before a reset
}

func testProgressSurvives(t *testing.T, browser context.Context) {
	network := startBadNetwork(t, startServer(t))
	p := openTab(t, browser, "http://"+network.addr+"/progress.html", "net::ERR_")
	p.watch()
	network.next(trouble{4321, reset})
	p.click("#send")
	p.untilState("complete") // which the page says only after 1, 2, 3 … 100
	p.wantStates("Streaming", "Connection lost. Reconnecting…", "Reconnecting…", "Streaming", "Complete: 100 steps")
}

// testHeartbeatsAsked has a stream that EventSource reads: it asks for heartbeats that
// EventSource tells of, else a stream in which nothing happens would be connected anew.
func testHeartbeatsAsked(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	got := promised[[]string](p, `import('./stream.js').then(({Stream, at}) => {
		const asked = [];
		globalThis.EventSource = class {
			constructor(url) { asked.push(url.search); }
			addEventListener() {}
			close() {}
		};
		const stream = new Stream(at('progress/x', {interval: '1ms'}), {next: 5}, {});
		stream.open();
		stream.close();
		return asked;
	})`)
	if want := []string{"?interval=1ms&heartbeat=event&lastEventId=4"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// watch keeps every state of the received text and of the connection, for
// wantReceived and wantStates; of a state that counts down, only the first.
func (p *tab) watch() {
	p.t.Helper()
	p.js(`for (const id of ['received', 'status']) {
		const element = document.getElementById(id);
		const states = globalThis[id + 'States'] = [];
		new MutationObserver(() => {
			const text = id === 'status' ? element.textContent.replace(/ in \d+ s…$/, '…') : element.textContent;
			if (states.at(-1) !== text) states.push(text);
		}).observe(element, {subtree: true, childList: true, characterData: true});
	}`)
}

// wantStates checks that the connection went through these states last, and
// that the page begins the very last like this.
func (p *tab) wantStates(want ...string) {
	p.t.Helper()
	got := eval[[]string](p, "statusStates")
	if tail := got[max(0, len(got)-len(want)):]; !slices.EqualFunc(tail, want, strings.HasPrefix) {
		p.t.Errorf("states: %q\nwant them to end in: %q", got, want)
	}
}

// wantReceived checks that the text is complete, and was a beginning of the
// whole at every moment that was watched.
func (p *tab) wantReceived(text string, chunks int) {
	p.t.Helper()
	if got := p.text("received"); got != text {
		p.t.Errorf("received %q\nwant     %q", got, text)
	}
	for _, state := range eval[[]string](p, "globalThis.receivedStates ?? []") {
		if !strings.HasPrefix(text, state) {
			p.t.Errorf("on the way: %q\nis no beginning of %q", state, text)
		}
	}
	if got, want := p.text("count")+" of "+p.text("total"), fmt.Sprintf("%d of %d", chunks, chunks); got != want {
		p.t.Errorf("counted %s, want %s", got, want)
	}
	if got := eval[float64](p, "bar.position"); got != 1 {
		p.t.Errorf("the bar stands at %v of 1", got)
	}
}

func (p *tab) origin() string { return eval[string](p, "location.origin") }

// curl is the command on show.
func (p *tab) curl() string {
	p.t.Helper()
	return eval[string](p, "document.querySelector('code.curl').textContent")
}
