package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sseserver/internal/chromiumtest"
)

const (
	noToken    = "This server takes messages only with its access token. Enter the token and try again."
	wrongToken = "The server does not accept this access token."
)

// testToken sends messages to a server with a send token. The page asks for it,
// says when it is wrong, and the tab keeps the right one.
func testToken(t *testing.T, browser context.Context) {
	server := startServer(t, "--send-token=right/one+==")
	p := openTab(t, browser, server.url+"/", "status of 401")
	for _, page := range pages {
		p.open(server.url + "/" + page)
		p.js("sessionStorage.clear()")
		if !eval[bool](p, "access.hidden") {
			t.Errorf("%s: it asks for a token that nobody wants yet", page)
		}
		p.click("#send")
		p.wantTokenAsked(noToken)
		if !slices.Contains(p.accessibleNames(), "textbox Access token") {
			t.Errorf("%s: the field has no name", page)
		}
		for _, token := range []string{"wrong", "ключ", "two words"} {
			p.fill("#token", token)
			p.js("error.textContent = ''") // that of the try before
			p.press(kb.Enter)
			p.until("error.textContent !== ''")
			p.wantTokenAsked(wrongToken)
		}
		p.fill("#token", " right/one+== ") // pasted with what stands around it
		p.press(kb.Enter)
		p.untilState("complete")
		p.wantError("")

		p.open(server.url + "/" + page) // and it is not asked for again
		p.click("#send")
		p.untilState("complete")
		if !eval[bool](p, "access.hidden") {
			t.Errorf("%s: it asks again", page)
		}
		p.js("sessionStorage.setItem('sseserver.token', 'of yesterday')")
		p.click("#send")
		p.untilState("failed")
		p.wantTokenAsked(wrongToken)
		if eval[int](p, "sessionStorage.length") != 0 {
			t.Errorf("%s: it keeps the wrong token", page)
		}
		p.wantLegibleToken()
	}
	for _, line := range server.log.named("http.request_rejected") {
		if line["code"] != "unauthorized" {
			t.Errorf("it was rejected for another reason: %v", line)
		}
	}
}

func (p *tab) wantTokenAsked(words string) {
	p.t.Helper()
	p.untilState("failed")
	p.wantError(words)
	if !eval[bool](p, "!access.hidden && token === document.activeElement && token.ariaInvalid === 'true' && token.type === 'password'") {
		p.t.Errorf("the field for the token is not shown, not marked, or has no focus")
	}
}

// wantLegibleToken looks at the field as testContrastAndWidth does.
func (p *tab) wantLegibleToken() {
	p.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		p.prefer(scheme)
		if faint := eval[[]string](p, chromiumtest.FaintTexts); len(faint) > 0 {
			p.t.Errorf("%s: too little contrast: %s", scheme, strings.Join(faint, "; "))
		}
	}
	p.do(chromedp.EmulateViewport(320, 640))
	if got := eval[int](p, "document.documentElement.scrollWidth"); got > 320 {
		p.t.Errorf("%d pixels wide on a screen of 320", got)
	}
	p.do(chromedp.ResetViewport())
}
