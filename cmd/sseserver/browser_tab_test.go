package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sseserver/internal/firefoxtest"
)

// patience is how long a page may take before a test gives up on it. Nothing is
// measured by it: it only turns a page that hangs into a failure with words.
const patience = 3 * time.Minute

// tab is a browser window with one of the pages in it. For use by one goroutine.
type tab struct {
	t       *testing.T
	browser driver
	ctx     context.Context // ends when patience does; in Chromium, chromedp's
	window  context.Context // ends with the test, for a last look at a page that hangs
	console *console
}

// openTab opens url in a window of its own. When the test ends, anything the
// page wrote to the console as an error fails it, a violated
// Content-Security-Policy included; refusals says which failed requests were
// meant, by a part of their console line.
func openTab(t *testing.T, browser context.Context, url string, refusals ...string) *tab {
	t.Helper()
	p := &tab{t: t, console: newConsole()}
	if firefoxtest.Runs(browser) {
		p.openFirefox(browser)
	} else {
		p.openChromium(browser)
	}
	p.open(url)
	t.Cleanup(func() { p.wantQuietConsole(refusals) })
	return p
}

func (p *tab) openChromium(browser context.Context) {
	p.t.Helper()
	window, closeWindow := chromedp.NewContext(browser)
	p.t.Cleanup(closeWindow)
	p.patient(window)
	p.console.watch(window)
	var err error
	if p.browser, err = newChromium(p.ctx); err != nil {
		p.t.Fatal(err)
	}
	p.prefer("light")
}

func (p *tab) openFirefox(browser context.Context) {
	p.t.Helper()
	p.patient(browser)
	window, err := firefoxtest.NewWindow(browser, p.ctx, func(line firefoxtest.Logged) {
		p.console.add(consoleLine{line.Text, line.Level == "error"})
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.browser = firefox{window}
	p.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(browser, patience)
		defer cancel()
		if err := window.Close(ctx); err != nil {
			p.t.Error(err)
		}
	})
}

func (p *tab) patient(window context.Context) {
	p.window = window
	ctx, cancel := context.WithTimeout(window, patience)
	p.t.Cleanup(cancel)
	p.ctx = ctx
}

// open loads url in the same window.
func (p *tab) open(url string) {
	p.t.Helper()
	p.want(p.browser.navigate(p.ctx, url))
}

// reload loads the page anew.
func (p *tab) reload() { p.t.Helper(); p.want(p.browser.reload(p.ctx)) }

// goBack is the way back to the page before.
func (p *tab) goBack() { p.t.Helper(); p.want(p.browser.goBack(p.ctx)) }

// want ends the test if there was an error.
func (p *tab) want(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%v\n%s", err, p.describe())
	}
}

// prefer sets the colour scheme of the reader, who never wants motion: a click
// would miss what is still scrolling.
func (p *tab) prefer(scheme string) {
	p.t.Helper()
	p.preferMedia(scheme, "none")
}

// preferMedia is prefer, where forced colours may be "active".
func (p *tab) preferMedia(scheme, forced string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
		{Name: "forced-colors", Value: forced},
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

// do takes steps that only Chromium can.
func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.want(chromedp.Do(p.ctx, steps...))
}

// click clicks the element with a real mouse event.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.want(p.browser.click(p.ctx, selector))
}

// focus puts the keyboard into the element.
func (p *tab) focus(selector string) {
	p.t.Helper()
	p.js(fmt.Sprintf("document.querySelector(%q).focus()", selector))
}

// fill replaces what the field holds, as a paste or an input method does.
func (p *tab) fill(selector, text string) {
	p.t.Helper()
	p.focus(selector)
	p.js("document.activeElement.select()")
	p.insert(text)
}

// insert replaces the selection in the focused field, "" deletes it.
func (p *tab) insert(text string) {
	p.t.Helper()
	if text == "" {
		p.press(kb.Backspace)
		return
	}
	p.want(p.browser.insert(p.ctx, text))
}

// until waits until the condition, a JavaScript expression, holds. It is looked
// at again whenever the document changes.
func (p *tab) until(condition string) {
	p.t.Helper()
	promise := `new Promise((resolve) => {
		const look = () => { if (` + condition + `) { observer.disconnect(); resolve(true); } };
		const observer = new MutationObserver(look);
		observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
		look();
	})`
	var holds bool
	if err := p.browser.evaluate(p.ctx, promise, &holds); err != nil {
		p.t.Fatalf("waiting for %s: %v\n%s", condition, err, p.describe())
	}
}

// await waits until something beside the page has happened.
func (p *tab) await(happened <-chan struct{}, what string) {
	p.t.Helper()
	select {
	case <-happened:
	case <-p.ctx.Done():
		p.t.Fatalf("waiting for %s: %v\n%s", what, p.ctx.Err(), p.describe())
	}
}

// untilState waits for the state of the connection: "complete", "failed" and so
// on. A failure that was not waited for ends the test at once.
func (p *tab) untilState(state string) {
	p.t.Helper()
	p.until("['" + state + "', 'failed'].includes(arrival.dataset.state)")
	if got := eval[string](p, "arrival.dataset.state"); got != state {
		p.t.Fatalf("state %q, want %q\n%s", got, state, p.describe())
	}
}

// js runs a statement in the page.
func (p *tab) js(statement string) {
	p.t.Helper()
	if err := p.browser.run(p.ctx, statement); err != nil {
		p.t.Fatalf("%s: %v\n%s", statement, err, p.describe())
	}
}

// eval evaluates a JavaScript expression in the page, or what its promise resolves to.
func eval[T any](p *tab, expression string) (result T) {
	p.t.Helper()
	if err := p.browser.evaluate(p.ctx, expression, &result); err != nil {
		p.t.Fatalf("%s: %v\n%s", expression, err, p.describe())
	}
	return result
}

// text returns the text content of the element with this id.
func (p *tab) text(id string) string {
	p.t.Helper()
	return eval[string](p, "document.getElementById('"+id+"').textContent")
}

// describe says what the page shows, for a failure.
func (p *tab) describe() string {
	ctx, cancel := context.WithTimeout(p.window, 5*time.Second)
	defer cancel()
	var text string
	if err := p.browser.evaluate(ctx, "document.body?.innerText ?? ''", &text); err != nil {
		return "and the page does not answer: " + err.Error()
	}
	return "the page shows:\n" + text + "\nand its console:\n" + p.console.text()
}

func (p *tab) wantQuietConsole(refusals []string) {
	if p.t.Failed() {
		return // the page may be in any state, and the reason is told
	}
	p.patient(p.window) // when a test ends, what it began last is cancelled first
	p.js("console.log('" + lastLine + "')")
	select {
	case <-p.console.last: // so all lines before it are here too
	case <-p.ctx.Done():
		p.t.Fatalf("the console does not answer\n%s", p.describe())
	}
	for _, line := range p.console.errors(refusals) {
		p.t.Errorf("console: %s", line)
	}
}
