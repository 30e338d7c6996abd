package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take before a test gives up on it. Nothing is
// measured by it: it only turns a page that hangs into a failure with words.
const patience = time.Minute

// tab is a browser window with one of the pages in it. For use by one goroutine.
type tab struct {
	t       *testing.T
	ctx     context.Context // ends when patience does
	window  context.Context // ends with the test, for a last look at a page that hangs
	console *console
}

// openTab opens url in a window of its own. When the test ends, anything the
// page wrote to the console as an error fails it, a violated
// Content-Security-Policy included; refusals says which failed requests were
// meant, by a part of their console line.
func openTab(t *testing.T, browser context.Context, url string, refusals ...string) *tab {
	t.Helper()
	window, closeWindow := chromedp.NewContext(browser)
	t.Cleanup(closeWindow)
	ctx, cancel := context.WithTimeout(window, patience)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx, window: window, console: watchConsole(window)}
	// Each window behaves as if it were in front, though several are open.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	p.prefer("light")
	p.open(url)
	t.Cleanup(func() { p.wantQuietConsole(refusals) })
	return p
}

// open loads url in the same window.
func (p *tab) open(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

// prefer sets the colour scheme of the reader, who never wants motion: a click
// would miss what is still scrolling.
func (p *tab) prefer(scheme string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%v\n%s", err, p.describe())
	}
}

// click clicks the element with a real mouse event.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill replaces what the field holds, as a paste or an input method does.
func (p *tab) fill(selector, text string) {
	p.t.Helper()
	p.do(chromedp.Focus(chromedp.CSS(selector)))
	p.js("document.activeElement.select()")
	p.insert(text)
}

// insert replaces the selection in the focused field, "" deletes it.
func (p *tab) insert(text string) {
	p.t.Helper()
	if text == "" {
		p.do(chromedp.KeyEvent("\b"))
		return
	}
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatal(err)
	}
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
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](promise, chromedp.EvalAwaitPromise)); err != nil {
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
func (p *tab) js(statement string) { p.t.Helper(); eval[chromedp.Void](p, statement) }

// eval evaluates a JavaScript expression in the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	result, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
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
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body?.innerText ?? ''"))
	if err != nil {
		return "and the page does not answer: " + err.Error()
	}
	return "the page shows:\n" + text + "\nand its console:\n" + p.console.text()
}

// console collects what a page writes to the browser's console.
type console struct {
	mu    sync.Mutex
	lines []chromedp.ConsoleMessage
	last  chan struct{} // closed when lastLine came
}

const lastLine = "the test ends here"

func watchConsole(window context.Context) *console {
	c := &console{last: make(chan struct{})}
	messages := chromedp.Console(window)
	go func() { // ends with the window
		for message, err := range messages {
			if err != nil {
				return
			}
			c.add(message)
		}
	}()
	return c
}

// text returns all lines so far.
func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all strings.Builder
	for _, line := range c.lines {
		fmt.Fprintln(&all, line, line.URL)
	}
	return all.String()
}

func (c *console) add(message chromedp.ConsoleMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, message)
	if message.Text == lastLine {
		close(c.last)
	}
}

func (p *tab) wantQuietConsole(refusals []string) {
	if p.t.Failed() {
		return // the page may be in any state, and the reason is told
	}
	p.js("console.log('" + lastLine + "')")
	select {
	case <-p.console.last: // so all lines before it are here too
	case <-p.ctx.Done():
		p.t.Fatalf("the console does not answer\n%s", p.describe())
	}
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	for _, line := range p.console.lines {
		if line.Type != chromedp.ConsoleError && !line.IsException() {
			continue
		}
		meant := false
		for _, refusal := range refusals {
			meant = meant || strings.Contains(line.Text, refusal)
		}
		if !meant {
			p.t.Errorf("console: %s %s", line, line.URL)
		}
	}
}
