package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sseserver/internal/chromiumtest"
)

// testReadingLooks looks at the pages that are there to be read, with all that can be
// opened in them, as testContrastAndWidth does at those with a form.
func testReadingLooks(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/home.html")
	for _, page := range []string{"home.html", "api.html"} {
		p.open(server.url + "/" + page)
		p.js("for (const details of document.querySelectorAll('details')) details.open = true")
		p.js("for (const error of document.querySelectorAll('[role=alert]')) error.textContent = 'An error, for its colours.'")
		p.js("for (const part of document.querySelectorAll('[hidden]')) part.hidden = false")
		for _, scheme := range []string{"light", "dark"} {
			p.prefer(scheme)
			if faint := eval[[]string](p, chromiumtest.FaintTexts); len(faint) > 0 {
				t.Errorf("%s, %s: too little contrast: %s", page, scheme, strings.Join(faint, "; "))
			}
		}
		p.do(chromedp.EmulateViewport(320, 640))
		if got := eval[int](p, "document.documentElement.scrollWidth"); got > 320 {
			t.Errorf("%s: %d pixels wide on a screen of 320", page, got)
		}
		p.do(chromedp.ResetViewport())
	}
}
