package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"sseserver/httpapi/ssetest"
)

// The pages of one message and one stream follow a live message too, whose total
// nobody knows before its end, and whose job skips percents.
func testLiveOnOtherPages(t *testing.T, browser context.Context) {
	server := startServer(t)
	call := server.caller(t, ssetest.HTTP1)
	header, _ := call.want(201, `"open"`, "POST", "/messages", `{"message":"ab cd "}`, "Content-Type", asJSON)
	message := header.Get("Location")
	id := message[len("/messages/"):]
	call.want(200, "37", "PUT", message+"/progress", `{"percent":37,"chunk":"Page 37"}`, "Content-Type", asJSON)

	progress := openTab(t, browser, server.url+"/progress.html#"+id)
	progress.until("received.textContent === 'Page 37' && bar.value === 37")
	p := openTab(t, browser, server.url+"/index.html#"+id)
	p.until("received.textContent === 'ab cd'") // the last may become another one
	p.click("#stop")
	p.untilState("stopped")
	if got := p.text("status"); got != "Stopped after 5 characters" {
		t.Errorf("state: %q", got)
	}
	p.click("#stop")
	p.untilState("streaming")

	call.want(200, `"complete"`, "POST", message+"/complete", "")
	p.untilState("complete")
	p.wantReceived("ab cd ", 6)
	if got := p.text("status"); got != "Complete, verified: 6 characters, resumed 1×" {
		t.Errorf("state: %q", got)
	}
	progress.untilState("complete")
	if got := progress.text("status"); got != "Complete: 100 steps" {
		t.Errorf("state: %q", got)
	}
}

// What others append stands in the field when the readers have it, also if nothing is
// written here, and if it is what is written here next.
func testLiveBesideOthers(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "")
	p.focus("#message")
	p.typeKeys("a")
	p.untilRead(asAppended, "a")
	p.until("document.getElementById('fact-bytes').textContent === '1'")
	call := server.caller(t, ssetest.HTTP1)
	chunks := "/messages/" + p.liveID() + "/chunks"
	call.want(200, `"ok"`, "POST", chunks, "b", "Content-Type", "text/plain")
	p.untilRead(asAppended, "ab")
	p.typeKeys("b")
	p.untilRead(asAppended, "abb")
	p.until("document.getElementById('fact-bytes').textContent === '3'")
	p.wantWritten("abb")
	call.want(200, `"ok"`, "POST", chunks, "c", "Content-Type", "text/plain")
	p.until("document.getElementById('fact-bytes').textContent === '4'")
	p.wantWritten("abbc")
	call.want(200, `"ok"`, "POST", chunks+"?complete", "d", "Content-Type", "text/plain")
	p.untilSays("Complete")
	p.until("document.getElementById('fact-bytes').textContent === '5'")
	p.wantWritten("abbcd")
	p.wantError("")
}

// What others append while an input method is at work does not break that off.
func testLiveComposesBesideOthers(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "")
	p.focus("#message")
	p.typeKeys("a")
	p.untilRead(asAppended, "a")
	p.compose("ほ")
	server.caller(t, ssetest.HTTP1).want(200, `"ok"`, "POST", "/messages/"+p.liveID()+"/chunks", "|b|", "Content-Type", "text/plain")
	p.until("document.getElementById('fact-bytes').textContent === '4'")
	p.wantWritten("aほ")
	p.insert("本") // which ends the composition
	p.untilRead(asAppended, "a|b|本")
	p.until("document.getElementById('fact-bytes').textContent === '7'")
	p.wantWritten("a|b|本")
}

// A server that is away is waited for; one that was started anew has no message.
func testLiveServerStartsAnew(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openLive(t, browser, server.url, "", "net::ERR_", "status of 404")
	p.focus("#message")
	p.typeKeys("forgotten")
	p.untilRead(asAppended, "forgotten")
	server.stop(t)
	p.typeKeys(" too")
	p.untilSays("Connection lost. Trying again…")
	p.wantWritten("forgotten too")
	startServer(t, "--addr="+server.addr)
	p.untilSays("The message is gone")
	p.wantWritten("forgotten too")
	p.click("#help") // which says Send again
	p.untilRead(asAppended, "forgotten too")
	p.wantError("")
	p.typeKeys(", and remembered")
	p.untilRead(asAppended, "forgotten too, and remembered")
}

// While a server starts anew, a proxy before it answers in its own words, and the page
// goes on by itself.
func testLiveBehindProxy(t *testing.T, browser context.Context) {
	target, err := url.Parse(startServer(t).url)
	if err != nil {
		t.Fatal(err)
	}
	pass := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	var away atomic.Bool
	asked := make(chan struct{}, 1)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !away.Load() || !strings.HasSuffix(r.URL.Path, "/chunks") {
			pass.ServeHTTP(w, r)
			return
		}
		http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
		select {
		case asked <- struct{}{}:
		default: // it is known
		}
	}))
	t.Cleanup(front.Close)
	p := openLive(t, browser, front.URL, "", "status of 502")
	p.focus("#message")
	p.typeKeys("before")
	p.untilRead(asAppended, "before")
	away.Store(true)
	p.typeKeys(", while")
	p.await(asked, "an append")
	p.untilSays("Connection lost. Trying again…")
	away.Store(false)
	p.untilRead(asAppended, "before, while")
	p.untilSays("Open: the readers follow")
	p.wantError("")
}

// Two tabs of this page have six streams, which is all that a browser opens to one
// server over HTTP/1.1. So nothing can be appended, and the page says what helps.
func testLiveInTwoTabs(t *testing.T, browser context.Context) {
	p := openLive(t, browser, startServer(t).url, "")
	p.focus("#message")
	p.typeKeys("a")
	p.untilRead(asAppended, "a")
	// Windows of the tests do not share their connections, so the other tab is played.
	p.js(`window.others = [1, 2, 3].map(() => new EventSource('stream/' + location.hash.slice(1)));
		for (const other of others) other.onopen = () => { document.body.dataset.opened = 1 + Number(document.body.dataset.opened ?? 0); }`)
	p.until("document.body.dataset.opened === '3'")
	p.typeKeys("bcd")
	p.until("document.querySelector('#status').textContent.includes('close other tabs')")
	p.js("for (const other of others) other.close()")
	p.untilRead(asAppended, "abcd")
	p.untilSays("Open: the readers follow")
	p.wantError("")
}
