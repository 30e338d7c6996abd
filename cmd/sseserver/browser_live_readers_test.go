package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// set gives a field of a reader another value, as a person would who leaves it then.
func (p *tab) set(reader, field, value string) {
	p.t.Helper()
	p.js(fmt.Sprintf("{ const field = document.querySelector('%s .%s'); field.value = %q; field.dispatchEvent(new Event('change')); }", reader, field, value))
}

// How each reader reads stands in the address, so a reload and a link carry it.
func testLiveAddress(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "")
	p.focus("#message")
	p.typeKeys("one two ")
	p.untilRead(asAppended, "one two ")
	if got := eval[string](p, "location.search"); got != "" {
		t.Errorf("nothing was chosen, and the address has %s", got)
	}
	p.set(asAppended, "unit", "word")
	p.set(byCharacter, "interval", "5")
	p.set(byCharacter, "fault", "comment@2,retry:10ms")
	const want = "?unit1=word&interval2=5ms&fault2=comment@2,retry:10ms"
	if got := eval[string](p, "location.search"); got != want {
		t.Errorf("the address has %s, want %s", got, want)
	}
	link := eval[string](p, "location.href")
	p.reload()
	p.untilSays("Open: the readers follow")
	p.wantPaces("word", "", "", "character", "5", "comment@2,retry:10ms")

	// Under another name, since two of these pages have all connections that a browser opens to one.
	other := openTab(t, browser, strings.Replace(link, "127.0.0.1", "localhost", 1))
	other.untilRead(byCharacter, "one two") // the last may become another one
	other.wantPaces("word", "", "", "character", "5", "comment@2,retry:10ms")
	p.click("#complete")
	other.untilReaderSays(asAppended, "Complete, verified: 2 words")
	other.set(asAppended, "unit", "chunk") // as it is at first
	if got := eval[string](other, "location.search"); got != "?interval2=5ms&fault2=comment@2,retry:10ms" {
		t.Errorf("the address has %s", got)
	}

	// What no field can hold says nothing.
	p.open(server.url + "/live.html?unit1=page&interval2=soon")
	p.until("document.querySelectorAll('.reader').length === 2")
	p.wantPaces("chunk", "", "", "character", "40", "")
}

// wantPaces checks unit, interval and fault of both readers.
func (p *tab) wantPaces(want ...string) {
	p.t.Helper()
	got := eval[[]string](p, "[...document.querySelectorAll('.reader .options :is(select, input)')].map((field) => field.value)")
	if strings.Join(got, "|") != strings.Join(want, "|") {
		p.t.Errorf("the fields of the readers hold %q, want %q", got, want)
	}
}

// A page that is loaded again reads on from where it was, and so does one that is come back to.
func testLiveReadsOn(t *testing.T, browser context.Context) {
	server := startServer(t, "--max-interval=1h")
	p := openTab(t, browser, server.url+"/live.html?interval2=50m")
	p.focus("#message")
	p.typeKeys("ab")
	p.untilRead(asAppended, "ab")
	p.untilRead(byCharacter, "a") // the next one comes in an hour
	opened := len(server.log.await("stream.opened", 3))
	p.reload()
	p.untilSays("Open: the readers follow")
	p.untilRead(asAppended, "ab")
	p.untilRead(byCharacter, "a")
	for _, stream := range server.log.await("stream.opened", opened+4)[opened:] {
		if stream["last_event_id"] == "" && stream["interval_ms"] != 0.0 {
			t.Errorf("a reader begins anew: %v", stream)
		}
	}
	p.open(server.url + "/index.html")
	p.js("history.back()")
	p.untilSays("Open: the readers follow")
	p.focus("#message")
	p.typeKeys("c")
	p.untilRead(asAppended, "abc")
	p.wantWritten("abc")
	p.untilRead(byCharacter, "ab") // a reader that comes back need not wait for its next piece
}

// Replay reads again from the beginning, an open message as well as one that has ended.
func testLiveReplay(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	if !eval[bool](p, "document.querySelector('.replay').disabled") {
		t.Error("there is nothing to replay")
	}
	p.focus("#message")
	p.typeKeys("again")
	p.untilRead(asAppended, "again")
	for _, state := range []string{"streaming", "complete"} {
		if state == "complete" {
			p.click("#complete")
			p.untilReaderSays(byCharacter, "Complete, verified: 5 characters")
		}
		p.js("document.querySelector('" + byCharacter + " details').open = true")
		p.js("document.querySelector('" + byCharacter + " .received').textContent = 'what was read before'")
		p.click(byCharacter + " .replay")
		p.until("document.querySelector('" + byCharacter + " .received').textContent.startsWith('agai')")
		p.until("document.querySelector('" + byCharacter + "').dataset.state === '" + state + "'")
		wire := eval[string](p, "document.querySelector('"+byCharacter+" .wire').textContent")
		if strings.Count(wire, ": connected\n") != 1 || strings.Count(wire, "\nid: 0\n") != 1 {
			t.Errorf("%s: on the wire there is %q", state, wire)
		}
	}
}

// An interval that is none is not asked for. One that the server does not take is told in
// the unit of the field.
func testLiveInterval(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "", "status of 400")
	p.focus("#message")
	p.typeKeys("x ")
	p.untilRead(byCharacter, "x")
	p.set(byCharacter, "interval", "0")
	p.wantProblem(byCharacter, "The interval must be more than 0 milliseconds.")
	p.untilReaderSays(byCharacter, "Streaming") // as before
	p.set(byCharacter, "interval", "90000")
	p.untilReaderSays(byCharacter, "Not reading yet")
	p.wantProblem(byCharacter, "The interval must be from 1 to 60,000 milliseconds.")
	p.set(byCharacter, "interval", "1")
	p.untilReaderSays(byCharacter, "Streaming")
	p.wantProblem(byCharacter, "")
	p.set(byCharacter, "interval", "0")
	p.click(byCharacter + " .replay")
	p.untilReaderSays(byCharacter, "Not reading yet")
	p.set(byCharacter, "interval", "")
	p.untilRead(byCharacter, "x")
}

// wantProblem checks what a reader says of its fields.
func (p *tab) wantProblem(reader, words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector('%s .problem').textContent === %q", reader, words))
	if got := eval[bool](p, "document.querySelector('"+reader+" .interval').ariaInvalid === 'true'"); got != (words != "") {
		p.t.Errorf("that the field is wrong is marked: %v", got)
	}
}

// A reader counts the seconds in which nothing comes, and is read out once, not each second.
func testLiveSilence(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.focus("#message")
	p.typeKeys("so")
	p.untilRead(asAppended, "so")
	const says = "document.querySelector('" + asAppended + " .status')"
	// The clock goes ahead when the page is watched already: a second later the words may be others.
	p.until(`(globalThis.ahead ?? (() => {
		const now = performance.now.bind(performance);
		globalThis.ahead = 7000;
		performance.now = () => now() + ahead;
	})(), /^Nothing for \d+ s$/.test(` + says + `.textContent) && ` + says + `.ariaLive === 'polite')`)
	p.js("globalThis.ahead = 9000")
	p.until("/^Nothing for \\d+ s$/.test(" + says + ".textContent) && " + says + ".ariaLive === 'off'")
	p.typeKeys(" it goes on")
	p.untilReaderSays(asAppended, "Streaming")
}

// Text that is written from right to left is laid out so, wherever it stands.
func testLiveRightToLeft(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "")
	p.focus("#message")
	p.insert("שלום, world")
	p.untilRead(asAppended, "שלום, world")
	call := server.caller(t, ssetest.HTTP1)
	call.want(200, `"percent":40`, "PUT", "/messages/"+p.liveID()+"/progress", `{"percent":40,"chunk":"עמוד 40"}`, "Content-Type", asJSON)
	p.until("document.getElementById('activity-shown').textContent === 'עמוד 40'")
	for _, element := range []string{"#message", asAppended + " .received", byCharacter + " .received", "#activity-shown"} {
		if got := eval[string](p, "getComputedStyle(document.querySelector('"+element+"')).direction"); got != "rtl" {
			t.Errorf("%s is laid out %s", element, got)
		}
	}
}
