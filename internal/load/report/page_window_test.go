package report

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"sseserver/internal/load"
)

// window is a browser window with a report in it. For use by one goroutine.
type window struct {
	t   *testing.T
	ctx context.Context
}

// openPage opens the example, changed, as the page that it is written as.
func openPage(t *testing.T, browser context.Context, change func(r *load.Result)) *window {
	t.Helper()
	return openReport(t, browser, example(t, change))
}

func openReport(t *testing.T, browser context.Context, r *Report) *window {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := r.WriteHTML(file); err != nil {
		t.Fatal(err)
	}
	tab, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	t.Cleanup(cancel)
	p := &window{t: t, ctx: ctx}
	wantQuiet := p.watchConsole(tab)
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	p.prefer("light")
	p.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+path))
	t.Cleanup(wantQuiet)
	return p
}

// watchConsole gives a function that fails the test if the page wrote an error
// until then.
func (p *window) watchConsole(tab context.Context) (wantQuiet func()) {
	const last = "the test ends here"
	messages := chromedp.Console(tab)
	errors := make(chan []string, 1) // so that nobody waits for a test that has failed
	go func() {                      // ends with the tab
		var found []string
		for message, err := range messages {
			if err != nil || message.Text == last {
				break
			}
			if message.Type == chromedp.ConsoleError || message.IsException() {
				found = append(found, message.Text)
			}
		}
		errors <- found
	}()
	return func() {
		p.eval("console.log('" + last + "')")
		select {
		case found := <-errors:
			if len(found) > 0 {
				p.t.Errorf("the console: %q", found)
			}
		case <-p.ctx.Done():
			p.t.Error("the console does not answer")
		}
	}
}

func (p *window) prefer(scheme string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

func (p *window) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *window) eval(statement string) { p.t.Helper(); eval[chromedp.Void](p, statement) }

// centre brings the first plot to the middle of the window, waits until what
// follows a scroll has happened, and gives its place.
func (p *window) centre() []float64 {
	p.t.Helper()
	return settle[[]float64](p, `new Promise((resolve) => {
		const plot = document.querySelector(".plot");
		plot.scrollIntoView({block: "center", behavior: "instant"});
		requestAnimationFrame(() => requestAnimationFrame(() => {
			const {left, top, width, height} = plot.getBoundingClientRect();
			resolve([left + width / 2, top + height / 2]);
		}));
	})`)
}

// untilTip waits until the tip is open, or closed.
func (p *window) untilTip(open bool) {
	p.t.Helper()
	settle[bool](p, fmt.Sprintf(`new Promise((resolve) => {
		const look = () => byId("tip").hidden !== %t && resolve(true);
		new MutationObserver(look).observe(byId("tip"), {attributes: true});
		look();
	})`, open))
}

// settle evaluates a JavaScript promise.
func settle[T any](p *window, promise string) T {
	p.t.Helper()
	result, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](promise, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", promise, err)
	}
	return result
}

// eval evaluates a JavaScript expression in the page.
func eval[T any](p *window, expression string) T {
	p.t.Helper()
	result, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return result
}
