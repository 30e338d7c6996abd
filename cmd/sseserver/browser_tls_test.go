package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
)

// A browser opens six connections to one origin, which over HTTP/1.1 are six
// streams. Over TLS it speaks HTTP/2, and all go over one connection.
func testThirtyStreams(t *testing.T, browser context.Context) {
	server := startServer(t, "--tls-self-signed")
	public := server.tlsCaller(t, 2)
	_, answer := public.want(200, `"messageId"`, "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
	id := strings.Split(answer, `"`)[7]

	p := openTab(t, browser, "about:blank")
	p.trustAnyCertificate()
	p.open(server.url + "/index.html")
	p.js(`document.body.dataset.open = 0;
		globalThis.sources = Array.from({length: 30}, () => {
			const source = new EventSource('/stream/` + id + `?interval=1m');
			source.onopen = () => document.body.dataset.open++;
			return source;
		})`)
	p.until("document.body.dataset.open === '30'")
	public.want(200, `"activeStreams":30`, "GET", "/messages/"+id, "")

	// The page is a thirty-first.
	p.fill("#message", tricky)
	p.click("#send")
	p.untilState("complete")
	p.wantReceived(tricky, trickyCharacters)
	if got := eval[string](p, "performance.getEntriesByType('navigation')[0].nextHopProtocol"); got != "h2" {
		t.Errorf("the page came over %q, want h2", got)
	}
	if open := eval[int](p, "sources.filter((source) => source.readyState === EventSource.OPEN).length"); open != 30 {
		t.Errorf("%d of 30 streams are open still", open)
	}
	p.js("sources.forEach((source) => source.close())")
	server.log.await("stream.closed", 31)
}

// trustAnyCertificate makes the window open pages of servers whose certificates
// nobody knows.
func (p *tab) trustAnyCertificate() {
	p.t.Helper()
	if _, inChromium := p.browser.(chromium); !inChromium {
		return // Firefox was started so
	}
	if _, err := chromedp.Call(p.ctx, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}); err != nil {
		p.t.Fatal(err)
	}
}
