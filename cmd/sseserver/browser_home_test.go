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

	"github.com/chromedp/chromedp"
)

const homeText = "Each word here is an event of its own. The server sends them one by one, and each has an id. " +
	"When the connection breaks, the browser asks for what comes after the last id that it has. So nothing is lost, and nothing comes twice."

// startHurrying starts a proxy before the server at address. Once hurry is true, streams
// are a hundred times as fast.
func startHurrying(t *testing.T, address string) (proxied string, hurry *atomic.Bool) {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	hurry = new(atomic.Bool)
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		if hurry.Load() {
			r.Out.URL.RawQuery = strings.Replace(r.Out.URL.RawQuery, "interval=250ms", "interval=2ms", 1)
		}
	}}
	server := httptest.NewServer(http.Handler(proxy))
	t.Cleanup(server.Close)
	return server.URL, hurry
}

// testHome plays the stream of the first page: it stops, goes on where it was, ends,
// and is played again.
func testHome(t *testing.T, browser context.Context) {
	server := startServer(t)
	address, hurry := startHurrying(t, server.url)
	p := openTab(t, browser, address+"/home.html")
	p.until("toggle.textContent === 'Play' && !toggle.hidden") // and nothing moves before
	p.click("#toggle")
	p.until("parseInt(count.textContent) >= 2")
	p.click("#toggle")
	p.until("toggle.textContent === 'Resume'")
	if got := p.text("text"); !strings.HasPrefix(homeText, got) || got == homeText {
		t.Errorf("stopped, it shows %q", got)
	}
	hurry.Store(true)
	p.click("#toggle")
	p.wantHomePlayed()
	p.click("#toggle")
	server.log.await("stream.opened", 3)
	p.wantHomePlayed()
	if lines := server.log.named("stream.opened"); len(lines) != 3 || lines[1]["last_event_id"] == "" {
		t.Errorf("streams were opened: %v", lines)
	}

	// All of it is in one screen.
	p.do(chromedp.EmulateViewport(1280, 720))
	if got := eval[float64](p, "document.querySelector('.demos').getBoundingClientRect().bottom"); got > 720 {
		t.Errorf("the demos end at %g pixels, below the screen", got)
	}
}

func (p *tab) wantHomePlayed() {
	p.t.Helper()
	p.until("toggle.textContent === 'Replay' && count.textContent === '46 of 46 words'")
	if got := p.text("text"); got != homeText {
		p.t.Errorf("it shows %q", got)
	}
	if got := p.text("latest"); !strings.HasPrefix(got, "event: done\nid: end\ndata: {") {
		p.t.Errorf("the latest event is %q", got)
	}
}

// testHomeRefused opens the first page of a server that takes no message from it. That
// is no error: the page shows an example, and how to send with a token.
func testHomeRefused(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t, "--send-token=secret").url+"/home.html", "status of 401")
	p.until("document.querySelector('#snippets code')?.textContent.includes('Authorization: Bearer')")
	if got := eval[string](p, "document.querySelector('#alive').innerText"); !strings.Contains(got, "What a stream looks like") || !strings.Contains(got, "event: done") || strings.Contains(got, "token") {
		t.Errorf("it shows %q", got)
	}
	if !eval[bool](p, "toggle.hidden") {
		t.Error("a button offers to play nothing")
	}
}
