package main

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sseserver/internal/firefoxtest"
)

// driver is what a tab needs of its browser. What only Chromium can do, its tests
// do with chromedp and the tab's ctx.
type driver interface {
	navigate(ctx context.Context, url string) error
	reload(ctx context.Context) error
	goBack(ctx context.Context) error
	// run runs statements, evaluate stores the value of an expression, or what its promise resolves to.
	run(ctx context.Context, statements string) error
	evaluate(ctx context.Context, expression string, result any) error
	click(ctx context.Context, selector string) error
	// press presses a key of chromedp's kb, or a character.
	press(ctx context.Context, key string, with []chromedp.Modifier) error
	// insert replaces the selection with text, which is not empty.
	insert(ctx context.Context, text string) error
}

// chromium drives the window that a context of chromedp is for.
type chromium struct{}

// newChromium opens a window that behaves as if it were in front, though several are open.
func newChromium(ctx context.Context) (driver, error) {
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromium{}, err
}

func (chromium) navigate(ctx context.Context, url string) error {
	return chromedp.Do(ctx, chromedp.Navigate(url))
}

func (chromium) reload(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Reload()) }

// goBack does not wait for a page that loads: one that was kept does not.
func (chromium) goBack(ctx context.Context) error {
	history, err := chromedp.Call(ctx, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		return err
	}
	before := history.Entries[history.CurrentIndex-1]
	if _, err = chromedp.Call(ctx, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: before.ID}); err != nil {
		return err
	}
	for history.CurrentIndex > 0 && err == nil && history.Entries[history.CurrentIndex].ID != before.ID {
		history, err = chromedp.Call(ctx, page.GetNavigationHistory, cdp.Empty{})
	}
	return err
}

func (chromium) run(ctx context.Context, statements string) error {
	return chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](statements))
}

func (chromium) evaluate(ctx context.Context, expression string, result any) error {
	value, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		return err
	}
	return json.Unmarshal(value, result)
}

func (chromium) click(ctx context.Context, selector string) error {
	return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
}

func (chromium) press(ctx context.Context, key string, with []chromedp.Modifier) error {
	return chromedp.Do(ctx, chromedp.KeyEvent(key, chromedp.KeyModifiers(with...)))
}

func (chromium) insert(ctx context.Context, text string) error {
	_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
	return err
}

// firefox drives a window of Firefox.
type firefox struct{ *firefoxtest.Window }

// firefoxKeys are keys of chromedp's kb, as Firefox knows them.
var firefoxKeys = map[string]string{
	"\b": firefoxtest.Backspace, "\t": firefoxtest.Tab, "\r": firefoxtest.Enter,
}

func (w firefox) navigate(ctx context.Context, url string) error   { return w.Navigate(ctx, url) }
func (w firefox) reload(ctx context.Context) error                 { return w.Reload(ctx) }
func (w firefox) goBack(ctx context.Context) error                 { return w.GoBack(ctx) }
func (w firefox) run(ctx context.Context, statements string) error { return w.Run(ctx, statements) }

func (w firefox) evaluate(ctx context.Context, expression string, result any) error {
	return w.Evaluate(ctx, expression, result)
}

func (w firefox) click(ctx context.Context, selector string) error { return w.Click(ctx, selector) }

func (w firefox) press(ctx context.Context, key string, with []chromedp.Modifier) error {
	var held []string
	for _, modifier := range with {
		switch modifier {
		case chromedp.ModifierCtrl:
			held = append(held, firefoxtest.Control)
		case chromedp.ModifierShift:
			held = append(held, firefoxtest.Shift)
		}
	}
	if known, ok := firefoxKeys[key]; ok {
		key = known
	}
	return w.Press(ctx, key, held...)
}

func (w firefox) insert(ctx context.Context, text string) error { return w.Insert(ctx, text) }
