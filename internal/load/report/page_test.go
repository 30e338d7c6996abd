package report

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"sseserver/internal/chromiumtest"
	"sseserver/internal/load"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

const hostile = `http://x/</script><script>hacked=1</script><img src=x onerror=hacked=1>`

// The kinds of reports that the page must be able to draw.
func everyMetric(r *load.Result) {
	for m := range measure.Metrics {
		for w := range measure.Windows {
			r.Tally.Distributions.RecordNumber(m, w, 5)
			r.Tally.Distributions.RecordNumber(m, w, 3_600_000_000) // an hour, as a time
		}
	}
	s := r.Tally.Timeline.At(time.Second)
	s.CPU, s.ProbeMax = time.Second, time.Millisecond
	r.Tally.Fail(time.Second, "connect_failed")
	r.Tally.FaultHappened("cut")
	r.Tally.FaultMissing("drop")
}

func withoutSchedule(r *load.Result) {
	r.Config.Servers, r.Config.URLs, r.Config.Kind, r.Config.Interval = nil, []string{"https://example.org/events"}, track.Any, 0
	r.Tally.Distributions, r.Tally.Timeline = measure.Distributions{}, nil
	r.Tally.Distributions.Record(measure.ITL, measure.Steady, time.Second)
	r.Tally.Timeline.At(time.Second).Events = 5
}

func hostileNames(r *load.Result) {
	r.Config.Servers = []string{hostile, "http://" + strings.Repeat("long", 100)}
	r.Tally.Fail(time.Second, hostile)
	r.Tally.Fail(time.Second, strings.Repeat("long", 100))
	r.Tally.Refused(&measure.FirstRefusal{Refusal: measure.Refusal{Reason: "status_503", Status: 503, Body: hostile + strings.Repeat("body", 100)}})
}

func nothingAtAll(r *load.Result) {
	*r = load.Result{Config: load.Config{URLs: []string{"http://x"}, Protocol: "http1"}}
}

// TestPageInBrowser opens reports in a real Chromium, from files, as people do.
func TestPageInBrowser(t *testing.T) {
	browser := chromiumtest.Start(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, context.Context)
	}{
		{"panels follow the data", testPanels},
		{"phone, contrast and names", testPhone},
		{"a finger, a mouse and keys", testTip},
		{"theme", testTheme},
		{"hostile names", testHostileNames},
		{"clocks", testClock},
		{"an unknown metric", testUnknownMetric},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, browser) })
	}
}

func testPanels(t *testing.T, browser context.Context) {
	for _, tt := range []struct {
		name            string
		change          func(r *load.Result)
		present, absent []string
		unmeasured      string
	}{
		{
			"everything", everyMetric,
			[]string{
				"Lateness", "Lateness over time", "Latency", "Time to first event", "Time between events", "Duration of a stream", "Events per second of a stream",
				"Bytes per second of a stream", "Outage", "Stalls", "Publishing", "Events per read", "Generator: its opens", "Generator: processor", "Generator: its own event",
				"Events per second", "Clients", "Conditions", "Distributions", "Errors", "Faults on demand",
			},
			nil, "",
		},
		{
			"without a schedule", withoutSchedule,
			[]string{"Time between events", "Events per second", "Distributions"},
			[]string{"Lateness", "Lateness over time", "Latency", "Clients", "Errors", "Faults on demand", "Outage", "Time to first event"},
			"lateness (without --interval nobody knows when events are due)",
		},
		{
			"nothing", nothingAtAll,
			[]string{"Counts", "Settings"},
			[]string{"Plots", "Conditions", "Distributions", "Errors", "Faults on demand", "Events per second", "Clients", "Generator: processor"},
			"time to first event (no stream delivered an event)",
		},
	} {
		p := openPage(t, browser, tt.change)
		titles := eval[[]string](p, `[...document.querySelectorAll("main h2, .card h3")].filter((h) => h.checkVisibility() && !h.closest("#explained")).map((h) => h.textContent)`)
		for _, title := range tt.present {
			if !slices.Contains(titles, title) {
				t.Errorf("%s: no panel %q in %q", tt.name, title, titles)
			}
		}
		for _, title := range tt.absent {
			if slices.Contains(titles, title) {
				t.Errorf("%s: panel %q, without data", tt.name, title)
			}
		}
		if hidden := eval[bool](p, "byId('unmeasured').hidden"); hidden != (tt.unmeasured == "") {
			t.Errorf("%s: the line of what was not measured is hidden: %t", tt.name, hidden)
		}
		if got := eval[string](p, "byId('unmeasured').textContent"); !strings.Contains(got, tt.unmeasured) {
			t.Errorf("%s: got %q, want %q in it", tt.name, got, tt.unmeasured)
		}
		for _, faulty := range []string{"NaN", "undefined", "Infinity"} {
			if eval[bool](p, "document.querySelector('main').outerHTML.includes('"+faulty+"')") {
				t.Errorf("%s: the page says %s", tt.name, faulty)
			}
		}
	}
}

// What must hold for every report on a phone.
func testPhone(t *testing.T, browser context.Context) {
	const narrow = 390
	for name, change := range map[string]func(r *load.Result){
		"usual": nil, "everything": everyMetric, "no schedule": withoutSchedule, "hostile": hostileNames, "nothing": nothingAtAll,
	} {
		p := openPage(t, browser, change)
		p.do(chromedp.EmulateViewport(narrow, 844), chromedp.Reload()) // drawn once, for this width
		p.eval("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
		if got := eval[int](p, "document.documentElement.scrollWidth"); got > narrow {
			t.Errorf("%s: %d pixels wide on a screen of %d", name, got, narrow)
		}
		for _, theme := range []string{"light", "dark"} {
			p.eval("document.documentElement.dataset.theme = '" + theme + "'")
			if faint := eval[[]string](p, chromiumtest.FaintTexts); len(faint) > 0 {
				t.Errorf("%s, %s: too little contrast: %s", name, theme, strings.Join(faint, "; "))
			}
		}
		for what, expression := range map[string]string{
			"plots without a name in words":      `[...document.querySelectorAll(".plot > svg")].filter((s) => s.role !== "img" || !/: .+\d/.test(s.ariaLabel)).map((s) => s.ariaLabel ?? "")`,
			"plots without an explanation":       `[...document.querySelectorAll(".charts .card")].filter((c) => c.querySelectorAll("details p").length === 0).map((c) => c.innerText)`,
			"small letters in plots":             `[...document.querySelectorAll(".plot text")].filter((e) => e.getBoundingClientRect().height < 10).map((e) => e.textContent)`,
			"links to nowhere":                   `[...document.links].filter((a) => a.checkVisibility() && !document.getElementById(a.hash.slice(1))).map((a) => a.hash)`,
			"headings that skip a level":         `[...document.querySelectorAll("h1, h2, h3")].filter((h) => h.checkVisibility()).filter((h, i, all) => h.tagName[1] - (all[i - 1]?.tagName[1] ?? 0) > 1).map((h) => h.textContent)`,
			"places of the keyboard not visible": `[...document.querySelectorAll("a, button, summary, [tabindex]")].filter((e) => e.checkVisibility() && (e.focus({focusVisible: true}), getComputedStyle(e).outlineStyle === "none")).map((e) => e.outerHTML)`,
		} {
			if wrong := eval[[]string](p, expression); len(wrong) > 0 {
				t.Errorf("%s: %s: %q", name, what, wrong)
			}
		}
	}
}

func testTip(t *testing.T, browser context.Context) {
	p := openPage(t, browser, nil)
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateTouch), chromedp.Reload()) // drawn once, for this width
	where := p.centre()
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		t.Helper()
		if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)}); err != nil {
			t.Fatal(err)
		}
	}
	touch("touchStart", &input.TouchPoint{X: where[0], Y: where[1]})
	touch("touchEnd")
	p.wantTip("after a tap")
	box := eval[[]float64](p, "(({left, right}) => [left, right])(byId('tip').getBoundingClientRect())")
	if box[0] < 0 || box[1] > 390 {
		t.Errorf("the tip is from %v to %v on a screen of 390 pixels", box[0], box[1])
	}

	p = openPage(t, browser, nil)
	p.eval("document.querySelector('.plot').focus()")
	p.do(chromedp.KeyEvent("\u0303")) // arrow right
	p.wantTip("after an arrow key")
	p.do(chromedp.KeyEvent("\u001b")) // escape
	p.untilTip(false)
	where = p.centre()
	for _, at := range []struct {
		y    float64
		open bool
	}{{where[1], true}, {1, false}} {
		if _, err := chromedp.Call(p.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseMoved", X: where[0], Y: at.y}); err != nil {
			t.Fatal(err)
		}
		p.untilTip(at.open)
	}
}

func (p *window) wantTip(when string) {
	p.t.Helper()
	p.untilTip(true)
	if got := eval[string](p, "byId('tip').textContent"); !strings.Contains(got, "% have\nat most") {
		p.t.Errorf("%s the tip says %q, want a percentile", when, got)
	}
}

func testTheme(t *testing.T, browser context.Context) {
	p := openPage(t, browser, nil)
	ground := func() string { return eval[string](p, "getComputedStyle(document.body).backgroundColor") }
	light := ground()
	p.do(chromedp.Click(chromedp.CSS("#theme")))
	if ground() == light {
		t.Error("the button does not change the theme")
	}
	p.do(chromedp.Click(chromedp.CSS("#theme")))
	if got := ground(); got != light {
		t.Errorf("the button does not change it back: %s, want %s", got, light)
	}
	p.prefer("dark")
	p.do(chromedp.Reload())
	if ground() == light {
		t.Error("a reader who prefers dark gets light")
	}
}

func testHostileNames(t *testing.T, browser context.Context) {
	p := openPage(t, browser, hostileNames)
	if eval[bool](p, "'hacked' in window") {
		t.Error("a name was run as a script")
	}
	if got := eval[string](p, "byId('target').textContent"); !strings.HasPrefix(got, hostile+" ") {
		t.Errorf("the target is shown as %q", got)
	}
	if !eval[bool](p, "byId('failures').textContent.includes('<script>hacked=1')") {
		t.Error("the error is not shown as it is")
	}
	if got := eval[string](p, "document.querySelector('#failures pre').textContent"); !strings.HasPrefix(got, hostile) {
		t.Errorf("what the server said is shown as %q", got)
	}
}

// A latency is as exact as the clocks, and the page says how exact that is.
func testClock(t *testing.T, browser context.Context) {
	r := example(t, everyMetric)
	for _, tt := range []struct {
		clock *Clock
		want  string
	}{
		{&Clock{Offset: -1500, Error: 20, Known: true, Source: "measured"}, "1.5 s behind that of sseload, give or take 20 ms (measured)"},
		{&Clock{}, "not known"},
	} {
		r.Clock = tt.clock
		p := openReport(t, browser, r)
		if got := eval[string](p, "byId('about-latency').parentElement.textContent"); !strings.Contains(got, tt.want) {
			t.Errorf("%+v: no %q in %q", *tt.clock, tt.want, got)
		}
	}
}

// A metric that the page has no words for has its name and its meaning.
func testUnknownMetric(t *testing.T, browser context.Context) {
	r := example(t, nil)
	novel := *r.Metrics["lateness"]
	novel.Unit, novel.Meaning = "apples", "what nobody foresaw"
	r.Metrics = map[string]*Metric{"novel_figure": &novel}
	p := openReport(t, browser, r)
	if got := eval[string](p, "byId('charts').textContent"); !strings.Contains(got, "novel figure") || !strings.Contains(got, "what nobody foresaw") || !strings.Contains(got, "apples") {
		t.Errorf("got %q", got)
	}
}
