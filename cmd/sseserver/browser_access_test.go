package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sseserver/internal/chromiumtest"
)

func testKeyboard(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/index.html")

	// Tab reaches everything, in the order of reading, and it shows where it is.
	for _, want := range []string{"sseserver", "Characters", "Progress", "Live", "Chat", "Smooth", "Many", "Lab", "API", "#message", "#interval", "#character", "#fault", "#seed", "#send", "#received", "On the wire", "Ask for it yourself", "API description"} {
		p.press(kb.Tab)
		if got := p.focused(); got != want {
			t.Fatalf("Tab leads to %q, want %q", got, want)
		}
		if eval[bool](p, "getComputedStyle(document.activeElement).outlineStyle === 'none'") {
			t.Errorf("%q has the focus, and nothing shows it", want)
		}
	}

	// Write, and send with Ctrl+Enter.
	p.back(9)
	p.press("a", chromedp.ModifierCtrl)
	p.insert("by hand")
	p.press(kb.Tab)
	p.insert("1")
	p.press(kb.Tab, chromedp.ModifierShift)
	p.press(kb.Enter, chromedp.ModifierCtrl)
	p.untilState("complete")
	p.wantReceived("by hand", len("by hand"))

	// Choose words with the arrow key, slow them down, send with the button.
	p.press(kb.Tab)
	p.press("a", chromedp.ModifierCtrl)
	p.insert("30000")
	p.press(kb.Tab)
	p.press(kb.ArrowRight)
	for range 3 { // past fault and seed
		p.press(kb.Tab)
	}
	if got := p.focused(); got != "#send" {
		t.Fatalf("behind the choice comes %q, want #send", got)
	}
	p.press(" ")
	p.until("count.textContent === '1'") // and the second word is half a minute away

	// Stop and resume with the space bar; the focus is never lost.
	p.press(kb.Tab)
	p.press(" ")
	p.untilState("stopped")
	if got := p.focused() + " " + p.text("stop"); got != "#stop Resume" {
		t.Errorf("the focus is on %q, want #stop Resume", got)
	}
	p.press(" ")
	p.untilState("complete")
	p.wantReceived("by hand", 2)
	if got := p.focused(); got != "#send" {
		t.Errorf("at the end the focus is on %q, want #send", got)
	}
}

// press presses and releases a key.
func (p *tab) press(key string, with ...chromedp.Modifier) {
	p.t.Helper()
	p.want(p.browser.press(p.ctx, key, with))
}

func (p *tab) back(times int) {
	p.t.Helper()
	for range times {
		p.press(kb.Tab, chromedp.ModifierShift)
	}
}

// focused names the element that has the focus, by id, else value, else text.
func (p *tab) focused() string {
	p.t.Helper()
	return eval[string](p, `((e) => e.id ? '#' + e.id : e.value ? '#' + e.value : e.textContent.trim())(document.activeElement)`)
}

// testAccessibleNames reads the pages as a screen reader does: the roles and
// names that Chromium computes for everything one can operate or be told.
func testAccessibleNames(t *testing.T, browser context.Context) {
	shared := []string{
		"link sseserver", "navigation Pages", "link Characters", "link Progress", "link Live", "link Chat", "link Smooth", "link Many", "link Lab", "link API",
		"textbox Message", "spinbutton Interval in milliseconds", "combobox Fault", "textbox Seed",
		"button Send Message", "button Stop", "button Copy",
		"region What arrives", "region Received text", "region The stream, frame by frame", "button Replay", "searchbox Filter", "button Pause", "button Download .sse",
		"DisclosureTriangle On the wire", "DisclosureTriangle Ask for it yourself", "link API description",
		"status ", "alert ",
	}
	server := startServer(t)
	p := openTab(t, browser, server.url+"/")
	for page, own := range map[string][]string{
		"index.html":    {"heading Character by character", "progressbar Received", "radio character", "radio word", "group Stream by"},
		"progress.html": {"heading One to a hundred", "progressbar Processed"},
	} {
		p.open(server.url + "/" + page)
		p.js("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
		got := p.accessibleNames()
		for _, want := range slices.Concat(shared, own) {
			if !slices.Contains(got, want) {
				t.Errorf("%s: nothing is %q; there are:\n  %s", page, want, strings.Join(got, "\n  "))
			}
		}
		for _, role := range []string{"textbox", "combobox", "spinbutton", "radio", "button", "link", "progressbar", "region", "navigation"} {
			if slices.Contains(got, role+" ") {
				t.Errorf("%s: a %s has no name", page, role)
			}
		}
		if !eval[bool](p, "received.ariaLive !== 'polite' && received.closest('[aria-live], [role=status], [role=log]') === null") {
			t.Errorf("%s: every single character would be read out", page)
		}
	}
}

// accessibleNames lists role and name of every node of the accessibility tree,
// but those that only hold text.
func (p *tab) accessibleNames() []string {
	p.t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, node := range tree.Nodes {
		role := axText(node.Role)
		if node.Ignored || slices.Contains([]string{"StaticText", "InlineTextBox", "LabelText", "Legend", "none", "paragraph", "generic"}, role) {
			continue
		}
		names = append(names, role+" "+axText(node.Name))
	}
	return names
}

func axText(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var text string
	if err := json.Unmarshal(v.Value, &text); err != nil {
		return ""
	}
	return text
}

// testContrastAndWidth computes the contrast of every text on the pages (WCAG
// 2.2, 1.4.3: 4.5 to 1) in both colour schemes, and looks whether a narrow
// screen can show the whole width (1.4.10: 320 CSS pixels).
func testContrastAndWidth(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/")
	for _, page := range pages {
		for _, scheme := range []string{"light", "dark"} {
			p.prefer(scheme)
			p.open(server.url + "/" + page)
			p.js("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
			p.fill("#message", strings.Repeat("long", 25))
			p.click("#send")
			p.untilState("complete")
			p.js("error.textContent = 'An error, for its colours.'")
			if faint := eval[[]string](p, chromiumtest.FaintTexts); len(faint) > 0 {
				t.Errorf("%s, %s: too little contrast: %s", page, scheme, strings.Join(faint, "; "))
			}
			p.do(chromedp.EmulateViewport(320, 640))
			if got := eval[int](p, "document.documentElement.scrollWidth"); got > 320 {
				t.Errorf("%s, %s: %d pixels wide on a screen of 320", page, scheme, got)
			}
			p.do(chromedp.ResetViewport())
		}
	}
}

func testLinks(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/")
	for _, page := range slices.Concat(pages, []string{"live.html", "chat.html", "smooth.html", "many.html", "lab.html", ""}) { // / leads to a page too
		p.open(server.url + "/" + page)
		links := eval[[]string](p, "[...document.links].map((a) => a.href)")
		if len(links) < 3 {
			t.Errorf("/%s: only %d links", page, len(links))
		}
		for _, link := range links {
			response, err := http.Get(link)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Errorf("/%s: the link to %s answers %s", page, link, response.Status)
			}
		}
	}
	for _, page := range []string{"progress.html", "live.html", "chat.html", "smooth.html", "many.html", "lab.html", "api.html", "index.html"} {
		if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(chromedp.CSS("nav a[href='"+page+"']"))); err != nil {
			t.Fatal(err)
		}
		if got := eval[string](p, "location.pathname"); got != "/"+page {
			t.Errorf("the link to %s leads to %s", page, got)
		}
	}
}
