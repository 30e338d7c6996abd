package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/jetstream/enginetest"
)

// stalled is a plan that holds a stream up before its sixth chunk, until it is
// resumed: what a plan has done by then it does not do again.
const stalled = "stall:1m@5"

// untilStalled sends the message with that plan, and waits until the stream is held up.
func (p *tab) untilStalled(message string) {
	p.t.Helper()
	p.fill("#fault", stalled)
	p.fill("#message", message)
	p.click("#send")
	p.until("count.textContent === '5'")
}

// testAddress has what was chosen in the address, where a reload and a link find it.
func testAddress(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/index.html")
	p.click("input[value=word]")
	p.fill("#interval", "1.5")
	p.fill("#fault", "jitter:1ms, burst:2")
	p.fill("#seed", "42")
	p.fill("#message", "three little words")
	p.click("#send")
	p.untilState("complete")
	const query = "?unit=word&interval=1.5ms&fault=jitter:1ms,burst:2&seed=42"
	if got := eval[string](p, "location.search"); got != query {
		t.Errorf("the address says %q, want %q", got, query)
	}
	link := eval[string](p, "location.href")
	for _, follow := range []func(){
		func() { p.reload() },
		func() { p.open("about:blank"); p.open(link) },
	} {
		follow()
		p.untilState("complete")
		p.wantReceived("three little words", 3)
		if got := eval[string](p, "[document.querySelector('[name=unit]:checked').value, interval.value, fault.value, seed.value].join()"); got != "word,1.5,jitter:1ms,burst:2,42" {
			t.Errorf("the form says %s", got)
		}
		if got := p.curl(); !strings.HasSuffix(got, `?unit=word&fault=jitter:1ms,burst:2&seed=42&interval=1.5ms"`) {
			t.Errorf("command: %s", got)
		}
	}

	// What is chosen is there before anything is sent, and durations are read as Go writes them.
	p.open(server.url + "/progress.html?interval=1m0.5s&fault=cut@7")
	if got := eval[string](p, "[interval.value, fault.value].join()"); got != "60500,cut@7" {
		t.Errorf("the form says %s", got)
	}
	p.fill("#seed", "7")
	p.js("seed.blur()")
	if got := eval[string](p, "location.search"); got != "?interval=60500ms&fault=cut@7&seed=7" {
		t.Errorf("the address says %q", got)
	}
}

// testGoesOn reloads the page, and leaves it and comes back, in the middle of a
// stream: each time it goes on where it was.
func testGoesOn(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/index.html")
	p.untilStalled(tricky)
	p.reload()
	p.untilState("complete")
	p.wantReceived(tricky, trickyCharacters)
	if got := p.text("status"); !strings.HasSuffix(got, "resumed 1×") {
		t.Errorf("state: %q", got)
	}

	p.untilStalled(tricky)
	p.open(server.url + "/progress.html")
	p.goBack()
	p.until("location.pathname === '/index.html' && arrival.dataset.state === 'complete'")
	p.wantReceived(tricky, trickyCharacters)
	if got := p.text("status"); !strings.HasSuffix(got, "resumed 1×") {
		t.Errorf("state: %q", got)
	}
	server.log.awaitLine("stream.opened", `"first_position":5`)
}

// testSendAgain has a message that the server has no more: the page offers what helps,
// and nothing else.
func testSendAgain(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/index.html", "status of 404", "net::ERR_")
	p.untilStalled("the text that was sent")
	p.fill("#fault", "")
	p.fill("#message", "typed meanwhile")
	server.remove(t, eval[string](p, "location.hash.slice(1)"))
	p.untilState("failed")
	p.wantError("The server does not have this message: it was deleted, or the server was restarted.")
	if !eval[bool](p, "document.querySelector('#stop').disabled && error.closest('#arrival') !== null") {
		t.Error("it offers to resume what can never come, or says so elsewhere")
	}
	p.click("#again")
	p.untilState("complete")
	p.wantReceived("the text that was sent", len("the text that was sent"))
	p.wantError("")
	if !eval[bool](p, "again.hidden && document.activeElement.id === 'send'") {
		t.Error("Send again stays, or its focus is lost")
	}

	// A message that this page has not sent, and nothing to send instead.
	p.js("location.hash = '#gone'")
	p.untilState("failed")
	p.fill("#message", "")
	p.click("#again")
	p.wantError("The message is empty. Write something first.")
	p.fill("#message", "typed meanwhile")

	// A server that is away: the same button.
	server.stop(t)
	p.click("#send")
	p.untilState("failed")
	again := startServer(t, "--addr="+server.addr)
	p.click("#again")
	p.untilState("complete")
	p.wantReceived("typed meanwhile", len("typed meanwhile"))
	again.log.await("stream.closed", 1)
}

// remove deletes a message.
func (s *liveServer) remove(t *testing.T, id string) {
	t.Helper()
	s.caller(t, ssetest.HTTP1).want(http.StatusNoContent, "", http.MethodDelete, "/messages/"+id, "")
}

// testReplay has the same message once more, with the plan that it had.
func testReplay(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/")
	for _, page := range pages {
		p.open(server.url + "/" + page)
		p.js("document.querySelector('details').open = true")
		p.fill("#message", "once more")
		p.fill("#fault", "comment@2")
		p.click("#send")
		p.untilState("complete")
		first, id := p.text("wire"), eval[string](p, "location.hash")
		p.fill("#fault", "drop@2")
		p.watch()
		p.click("#replay")
		p.until("globalThis.statusStates.length > 0")
		p.untilState("complete")
		if got := p.text("wire"); got != first || eval[string](p, "location.hash") != id {
			t.Errorf("%s: the second time it reads\n%s\nthe first time\n%s", page, got, first)
		}
	}
}

// testSeventhTab has six connections open, which is all that a browser opens over
// HTTP/1.1: the page says why nothing comes, of the message as of the stream.
func testSeventhTab(t *testing.T, browser context.Context) {
	const why = "document.querySelector('#status').textContent.includes('six connections')"
	server := startServer(t)
	id := server.submit(t, "held up")
	p := openTab(t, browser, server.url+"/index.html")
	occupy := func() {
		p.js(`document.body.dataset.open = 0;
			globalThis.sources = Array.from({length: 6}, () => {
				const source = new EventSource('/stream/` + id + `?interval=1m');
				source.onopen = () => document.body.dataset.open++;
				return source;
			})`)
		p.until("document.body.dataset.open === '6'")
	}
	occupy()
	p.click("#send")
	p.until("arrival.dataset.state === 'sending' && " + why)
	p.js("sources.forEach((source) => source.close())")
	p.untilState("complete")
	occupy()
	p.click("#replay")
	p.until("arrival.dataset.state === 'connecting' && " + why)
	p.js("sources.forEach((source) => source.close())")
	p.untilState("complete")
}

// testSilentServer stops the server's process in the middle of a stream, and lets it go on.
func testSilentServer(t *testing.T, browser context.Context) {
	server := startChild(t, "500")
	p := openTab(t, browser, server.url+"/index.html")
	p.fill("#interval", "200")
	p.fill("#message", tricky)
	p.click("#send")
	p.until("Number(count.textContent) >= 3")
	server.signal(t, syscall.SIGSTOP)
	p.js("globalThis.silent = () => Number(/^Nothing for (\\d+) s/.exec(document.querySelector('#status').textContent)?.[1] ?? 0)")
	p.until("silent() >= 5")
	p.until(fmt.Sprintf("silent() > %d", eval[int](p, "silent()"))) // it counts
	server.signal(t, syscall.SIGCONT)
	p.untilState("complete")
	p.wantReceived(tricky, trickyCharacters)
}

// testTenTabs has ten tabs over HTTPS, all in the middle of a stream, and a server that
// starts anew; a store that outlives it has the messages.
func testTenTabs(t *testing.T, browser context.Context) {
	flags := []string{"--tls-self-signed", "--nats=" + enginetest.Start(t, 1).URLs()[0]}
	server := startServer(t, flags...)
	public := server.tlsCaller(t, 2)
	tabs := make([]*tab, 10)
	for i := range tabs {
		_, answer := public.want(200, `"messageId"`, "POST", "/send", `{"message":`+quotedJS(fmt.Sprint(tricky, i))+`}`, "Content-Type", asJSON)
		tabs[i] = openTab(t, browser, "about:blank", "net::ERR_", "status of 503")
		tabs[i].trustAnyCertificate()
		tabs[i].open(server.url + "/index.html?fault=" + stalled + "#" + strings.Split(answer, `"`)[7])
	}
	for _, p := range tabs {
		p.until("count.textContent === '5'")
	}
	server.stop(t)
	startServer(t, append(flags, "--addr="+server.addr)...)
	for i, p := range tabs {
		p.js("dispatchEvent(new Event('online'))") // else the wait may be long by now
		p.untilState("complete")
		p.wantReceived(fmt.Sprint(tricky, i), trickyCharacters+1)
		if got := p.text("status"); !strings.Contains(got, "verified") || !strings.HasSuffix(got, "resumed 1×") {
			t.Errorf("tab %d: state %q", i, got)
		}
	}
}

// testLongText has 100 000 characters, without the end of a line, that come as fast as they
// can: they are whole, and the text is painted once a frame of the screen at most.
func testLongText(t *testing.T, browser context.Context) {
	const total, chunk = 20_000, "abcd "
	var stream strings.Builder
	for i := range total {
		fmt.Fprintf(&stream, "id: %d\ndata: {\"chunk\":%q,\"position\":%d,\"total\":%d}\n\n", i, chunk, i, total)
	}
	text := strings.Repeat(chunk, total)
	done := fmt.Sprintf("event: done\nid: end\ndata: {\"total\":%d,\"sha256\":%q}\n\n", total, fmt.Sprintf("%x", sha256.Sum256([]byte(text))))
	p := openTab(t, browser, scriptedServer(t, map[string][]string{"long": {stream.String() + done}})+"/index.html")
	p.js(`globalThis.frames = globalThis.paints = 0;
		const frame = () => { globalThis.frames++; requestAnimationFrame(frame); };
		frame();
		new MutationObserver(() => globalThis.paints++).observe(received, {subtree: true, childList: true, characterData: true});
		document.querySelector('details').open = true;
		location.hash = 'long'`)
	p.untilState("complete")
	if got := p.text("received"); got != text {
		t.Errorf("%d characters, or others than were sent", len(got))
	}
	if paints, frames := eval[int](p, "paints"), eval[int](p, "frames"); paints > frames+2 { // the first and the last at once
		t.Errorf("the text was painted %d times in %d frames", paints, frames)
	}
	if got := p.text("status"); got != "Complete, verified: 20000 characters" {
		t.Errorf("state: %q", got)
	}
}

// testTextBlocks has long paragraphs: while they come the browser has to lay out a part
// of them only, a paragraph that goes on keeps its direction, and at the end it is whole.
func testTextBlocks(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	got := promised[[]string](p, `import('./text.js').then(async ({ArrivingText}) => {
		const results = [];
		for (const words of ['left to right ', 'שלום world ', 'short\n', 'crlf\r\n']) {
			const whole = words.repeat(800), text = new ArrivingText(received);
			text.clear();
			let largest = 0, directions = new Set();
			for (let at = 0; at < whole.length; at += 100) {
				text.add(whole.slice(at, at + 100));
				text.paint();
				largest = Math.max(largest, received.lastChild.textContent.length);
				directions.add(received.lastChild.dir);
			}
			const same = received.textContent === whole;
			await text.verify('').catch(() => {});
			results.push([same, largest < 4200, [...directions].join(), received.querySelector('[dir]') === null, received.textContent === whole].join(' '));
		}
		return results;
	})`)
	want := []string{"true true ,ltr true true", "true true ,rtl true true", "true true  true true", "true true  true true"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// testHostileText has text that would do something if it were markup, and text that
// would hide or turn around what stands beside it.
func testHostileText(t *testing.T, browser context.Context) {
	const hostile = "<script>globalThis.owned = 1</script><img src=x onerror='globalThis.owned = 1'> \u202egnp.exe \u2066\x00\ufeff</div>-->&lt;"
	server := startServer(t)
	p := openTab(t, browser, server.url+"/", "status of 400")
	for _, page := range pages {
		p.open(server.url + "/" + page + "?fault=%3Cimg%20src=x%3E&seed=%22%3E#" + server.submit(t, hostile))
		p.untilState("failed") // the plan is refused, and its field has the focus
		p.fill("#fault", "")
		p.fill("#seed", "")
		p.js("document.querySelector('details').open = true")
		p.fill("#message", hostile)
		p.click("#send")
		p.untilState("complete")
		if eval[bool](p, "'owned' in globalThis || received.querySelector(':not(span)') !== null || document.querySelector('main img, main script') !== null") {
			t.Errorf("%s: text has become markup", page)
		}
		if got := p.text("wire"); strings.ContainsAny(got, "\u202e\u2066\x00\ufeff") {
			t.Errorf("%s: what cannot be seen is not shown", page)
		}
	}
}

// testDirections has text of both directions: each paragraph begins at its own side.
func testDirections(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")
	p.fill("#message", "שלום עולם\nhello world")
	p.click("#send")
	p.untilState("complete")
	if !eval[bool](p, `(() => {
		const text = received.firstChild.firstChild, range = document.createRange(), box = received.getBoundingClientRect();
		const of = (letter) => { range.setStart(text, text.data.indexOf(letter)); range.setEnd(text, range.startOffset + 1); return range.getBoundingClientRect(); };
		return of('ש').right > box.right - 5 && of('h').left < box.left + 5;
	})()`) {
		t.Error("the paragraphs do not begin at their own sides")
	}
	if got := eval[string](p, "[message.dir, received.dir].join()"); got != "auto,auto" {
		t.Errorf("the directions are %s", got)
	}
}

// testForcedColours has a reader's own colours: the bar and the current page are told by them.
func testForcedColours(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/")
	p.preferMedia("light", "active")
	for _, page := range pages {
		p.open(server.url + "/" + page)
		p.click("#send")
		p.untilState("complete")
		if !eval[bool](p, `(() => {
			const [current, other] = ['[aria-current]', ':not([aria-current])'].map((which) => getComputedStyle(document.querySelector('nav a' + which)).borderBottomColor);
			const page = getComputedStyle(document.body).backgroundColor;
			return current !== other && current !== page;
		})()`) {
			t.Errorf("%s: the current page looks like any other", page)
		}
		if !eval[bool](p, `(() => {
			const {borderTopStyle, borderTopColor, backgroundColor} = getComputedStyle(bar);
			return borderTopStyle === 'solid' && borderTopColor !== backgroundColor;
		})()`) {
			t.Errorf("%s: the bar cannot be seen", page)
		}
	}
}
