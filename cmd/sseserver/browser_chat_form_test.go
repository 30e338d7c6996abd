package main

import (
	"context"
	"testing"

	"sseserver/httpapi/ssetest"
)

// What the chat asks for stands in the address, so a reload and a link carry it. An
// interval that is none is not asked for; one that the server does not take is told in
// the unit of the field.
func testChatForm(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openChat(t, browser, server.url, "status of 400")
	if got := eval[string](p, "location.search"); got != "" {
		t.Errorf("nothing was chosen, and the address has %s", got)
	}
	p.choose("#interval", "5")
	p.choose("#fault", "end@2,split:3")
	p.choose("#seed", "42")
	p.click("input[value=character]")
	p.click("input[value=on]")
	const want = "?interval=5ms&fault=end@2,split:3&seed=42&unit=character&smoothing=on"
	if got := eval[string](p, "location.search"); got != want {
		t.Errorf("the address has %s, want %s", got, want)
	}
	p.reload()
	p.askChat("אבג")
	p.wantChat("Truncated after 2 tokens", "אב")
	if got, want := p.text("fact-plan"), "interval=5ms&unit=character&fault=end@2,split:3&seed=42"; got != want {
		t.Errorf("plan: %s, want %s", got, want)
	}
	for _, element := range []string{".question", ".answer"} {
		if got := eval[string](p, "getComputedStyle(document.querySelector('"+element+"')).direction"); got != "rtl" {
			t.Errorf("%s is laid out %s", element, got)
		}
	}

	p.choose("#fault", "")
	p.fill("#message", "x")
	for _, test := range []struct{ interval, words string }{
		{"0", "The interval must be more than 0 milliseconds."},
		{"90000", "The interval must be from 1 to 60,000 milliseconds."},
	} {
		p.choose("#interval", test.interval)
		p.submit()
		p.wantErrorAt("interval", test.words)
	}
	if got := eval[string](p, "location.search"); got != "?interval=90000ms&seed=42&unit=character&smoothing=on" {
		t.Errorf("the address has %s", got)
	}
}

// choose fills a field and leaves it.
func (p *tab) choose(selector, text string) {
	p.t.Helper()
	p.fill(selector, text)
	p.js("document.activeElement.blur()")
}

// An answer that is late says why that may be. One that stops coming is counted, and can
// still be stopped.
func testChatLate(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openChat(t, browser, server.url)
	header, _ := server.caller(t, ssetest.HTTP1).want(201, `"open"`, "POST", "/messages", "")
	// Windows of the tests do not share their connections, so the other tabs are played.
	p.js(`globalThis.others = Array.from({length: 6}, () => new EventSource('stream/` + header.Get("Location")[len("/messages/"):] + `'));
		for (const other of others) other.onopen = () => { document.body.dataset.opened = 1 + Number(document.body.dataset.opened ?? 0); }`)
	p.until("document.body.dataset.opened === '6'")
	p.fill("#message", "late but whole")
	p.fill("#fault", "stall:50s@1")
	p.click("#send")
	p.until("document.querySelector('#status').textContent.includes('close other tabs')")
	p.js("for (const other of others) other.close()")
	p.until("document.querySelector('.answer').textContent === 'late '")
	p.js("{ const now = performance.now.bind(performance); performance.now = () => now() + 7000; }")
	p.until("/^Nothing for \\d+ s$/.test(document.querySelector('#status').textContent)")
	p.click("#stop")
	p.wantChat("Stopped after 1 token", "late ")
}
