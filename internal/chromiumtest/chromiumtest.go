// Package chromiumtest starts a real browser for the tests of our pages. Only
// tests import it.
package chromiumtest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a browser may take to start.
const patience = 3 * time.Minute

// shell is Chromium without what surrounds a page: its windows have no tool bar, which
// in the whole browser is a page of its own and takes most of a core once dozens are open.
const shell = "chromium-headless-shell"

// Start starts Chromium; it ends, children and profile included, with the test.
// Windows are made from the context with chromedp.NewContext. Without a
// Chromium the test is skipped, but where SSESERVER_REQUIRE_BROWSER=1 is set
// (as CI does) it fails.
//
// If Debian's chromium-headless-shell is installed, it is that one: the same engine,
// and the tests take a third of the time. Left pages are not kept there.
func Start(t *testing.T) context.Context {
	t.Helper()
	return start(t, find(t, shell, "chromium", "chromium-browser", "google-chrome"))
}

// StartWhole is Start with the whole browser, for pictures, and for the tests of what becomes
// of a page that is left and come back to (the back/forward cache).
func StartWhole(t *testing.T) context.Context {
	t.Helper()
	return start(t, find(t, "chromium", "chromium-browser", "google-chrome"))
}

func start(t *testing.T, path string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.WSURLReadTimeout(patience),
		chromedp.NoSandbox, // containers and CI run as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, kill := chromedp.NewContext(allocator)
	t.Cleanup(kill)
	t.Cleanup(func() { // ask first, so that no child is left behind for a moment
		ctx, cancel := context.WithTimeout(browser, 10*time.Second)
		defer cancel()
		_ = chromedp.Cancel(ctx)
	})
	giveUp := time.AfterFunc(patience, kill)
	if err := chromedp.Do(browser); err != nil || !giveUp.Stop() {
		t.Fatalf("starting Chromium: %v", err)
	}
	return browser
}

// find is the path of the first program of these that is installed.
func find(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	words := "no browser found (" + strings.Join(names, ", ") + "): the pages are not tested"
	if os.Getenv("SSESERVER_REQUIRE_BROWSER") == "1" {
		t.Fatal(words + ", though SSESERVER_REQUIRE_BROWSER=1 asks for it")
	}
	t.Skip(words)
	return ""
}

// FaintTexts is a JavaScript expression: the elements that hold text of less
// contrast than 4.5 to 1 (WCAG 2.2, 1.4.3). Disabled controls are exempt.
const FaintTexts = `(() => {
	const rgb = (color) => color.match(/[\d.]+/g).map(Number);
	const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
	const background = (e) => {
		for (; e; e = e.parentElement) {
			const color = rgb(getComputedStyle(e).backgroundColor);
			if (color[3] !== 0) return color;
		}
	};
	const holdsText = (e) => e.matches('input, textarea') || [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
	return [...document.body.querySelectorAll('*')].filter((e) => holdsText(e) && e.checkVisibility() && !e.disabled).map((e) => {
		const [light, dark] = [luminance(rgb(getComputedStyle(e).color)), luminance(background(e))].sort((a, b) => b - a);
		return [(light + 0.05) / (dark + 0.05), e];
	}).filter(([contrast]) => contrast < 4.5).map(([contrast, e]) => e.tagName + '#' + e.id + ' ' + contrast.toFixed(2));
})()`
