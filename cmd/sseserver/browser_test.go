package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pages are those that all have a form and a stream.
var pages = []string{"index.html", "progress.html"}

// TestBrowser uses the pages as people do, in a real Chromium. The browser is
// started once; each test has a window and a server of its own.
func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, context.Context)
	}{
		{"text arrives complete and in order", testTextArrives},
		{"text keeps CRLF", testTextKeepsCRLF},
		{"words", testWords},
		{"progress reaches 100 percent", testProgress},
		{"stop and resume", testStopAndResume},
		{"thirty streams at once over TLS", testThirtyStreams},
		{"text survives lost connections", testTextSurvives},
		{"progress survives a lost connection", testProgressSurvives},
		{"an empty message", testEmptyMessage},
		{"a refused interval", testRefusedInterval},
		{"an unknown message", testUnknownMessage},
		{"a stopped server", testStoppedServer},
		{"a server that wants a token", testToken},
		{"a server that breaks its word", testBrokenStreams},
		{"keyboard alone", testKeyboard},
		{"what a screen reader meets", testAccessibleNames},
		{"contrast and width", testContrastAndWidth},
		{"links lead somewhere", testLinks},
		{"the example of the README", testReadmeExample},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, browser)
		})
	}
}

// startBrowser starts Chromium; it ends, children and profile included, with
// the test. Without a Chromium the test is skipped, but where
// SSESERVER_REQUIRE_BROWSER=1 is set (as CI does) it fails.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findChromium(t)),
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

func findChromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
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
