package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sseserver/internal/axetest"
)

// wantSound checks what the page shows now: with axe-core, on screens of all widths,
// with forced colours, and that nothing moves for those who do not want it.
func (p *tab) wantSound(state string) {
	p.t.Helper()
	p.patient(p.window) // once more, as this is much of it
	if eval[bool](p, "typeof axe === 'undefined'") {
		p.js(axetest.Source())
	}
	wantNone := func(what string, found []string) {
		p.t.Helper()
		if len(found) > 0 {
			p.t.Errorf("%s: %s:\n  %s", state, what, strings.Join(found, "\n  "))
		}
	}
	wantNone("light", eval[[]string](p, axetest.Violations))
	p.prefer("dark")
	wantNone("dark", eval[[]string](p, axetest.FaintTexts))
	p.prefer("light")
	for _, width := range []int64{320, 375, 768, 1024, 1440} {
		p.do(chromedp.EmulateViewport(width, 640))
		eval[any](p, "new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))") // what a page draws itself
		wantNone(fmt.Sprintf("on a screen of %d pixels, these are wider", width), eval[[]string](p, tooWide))
	}
	p.do(chromedp.ResetViewport())
	wantNone("these move", eval[[]string](p, "document.getAnimations().map((a) => a.animationName ?? a.transitionProperty)"))
	p.preferMedia("light", "active")
	wantNone("with forced colours these are not seen", eval[[]string](p, unseen))
	wantNone("with forced colours these bars are not seen", p.unseenBars())
	p.prefer("light")
}

// tooWide is a JavaScript expression: what makes the page wider than the screen.
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] :
	[document.documentElement.scrollWidth + ' pixels', ...[...document.body.querySelectorAll('*')]
		.filter((e) => e.getBoundingClientRect().right > innerWidth).slice(0, 9).map((e) => e.tagName + '#' + e.id + '.' + e.className)]`

// unseen is a JavaScript expression: the current link where it looks as the others, and
// the dot of a state that has the colour of the page.
const unseen = `(() => {
	const look = (e) => { const s = getComputedStyle(e); return [s.borderBottomColor, s.borderBottomWidth, s.borderBottomStyle, s.color, s.backgroundColor].join(); };
	const other = document.querySelector('nav a:not([aria-current])');
	const current = [...document.querySelectorAll('nav a[aria-current]')].filter((e) => look(e) === look(other));
	const canvas = getComputedStyle(document.body).backgroundColor;
	const dots = [...document.querySelectorAll('.status')].filter((e) => e.checkVisibility() && getComputedStyle(e, '::before').content !== 'none')
		.filter((e) => [canvas, 'rgba(0, 0, 0, 0)'].includes(getComputedStyle(e, '::before').backgroundColor) && getComputedStyle(e, '::before').borderTopStyle === 'none');
	return [...current, ...dots].map((e) => e.tagName + '#' + e.id + ' ' + e.textContent);
})()`

// unseenBars returns the progress bars in which one cannot see how far it is. A busy
// browser may show for a moment how the page was before, so it looks again.
func (p *tab) unseenBars() (unseen []string) {
	p.t.Helper()
	for range 10 {
		if unseen = p.unseenBarsNow(); len(unseen) == 0 {
			break
		}
	}
	return unseen
}

func (p *tab) unseenBarsNow() (unseen []string) {
	p.t.Helper()
	type bar struct {
		ID                        string
		X, Y, Width, Height, Part float64
	}
	bars := eval[[]bar](p, `[...(document.querySelector('dialog[open]') ?? document).querySelectorAll('progress')].filter((e) => e.checkVisibility()).map((e) => {
		e.scrollIntoView({block: 'center', behavior: 'instant'});
		const {x, y, width, height} = e.getBoundingClientRect();
		return {id: e.id, x: x + scrollX, y: y + scrollY, width, height, part: e.position};
	})`)
	for _, bar := range bars {
		picture := p.picture(bar.X, bar.Y, bar.Width, bar.Height)
		at := func(part float64) any {
			bounds := picture.Bounds()
			return picture.At(bounds.Min.X+int(part*float64(bounds.Dx()-1)), bounds.Min.Y+bounds.Dy()/2)
		}
		if bar.Part > 0.05 && bar.Part < 0.95 && at(bar.Part/2) == at((1+bar.Part)/2) {
			unseen = append(unseen, fmt.Sprintf("#%s at %.2f", bar.ID, bar.Part))
		}
	}
	return unseen
}

// picture is what stands at a place of the page.
func (p *tab) picture(x, y, width, height float64) image.Image {
	p.t.Helper()
	shot, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Clip: &page.Viewport{X: x, Y: y, Width: width, Height: height, Scale: 1}, CaptureBeyondViewport: new(true),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	picture, _, err := image.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		p.t.Fatal(err)
	}
	return picture
}

// tabStop is something that Tab leads to.
type tabStop struct {
	Name string
	Ring bool
}

// tabStops is a JavaScript expression: what Tab is to lead to, in the order of reading.
// Of radio buttons with one name it leads to the chosen one.
const tabStops = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter((e) =>
	e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0 && !(e.type === 'radio' && !e.checked)).map(nameOf)`

// defineNameOf makes a name for an element that no other has.
const defineNameOf = `globalThis.numbers = new Map([...document.querySelectorAll('*')].map((e, i) => [e, i]));
	globalThis.nameOf = (e) => e.tagName.toLowerCase() + (e.id && '#' + e.id) + ' ' + numbers.get(e) + ' ' +
		(e.getAttribute('aria-label') ?? (e.textContent.trim() || e.value || '')).slice(0, 30)`

// wantKeyboard goes through the whole page with Tab: it leads to all that can be
// operated, in the order of reading, shows where it is, and leaves the page at its end.
func (p *tab) wantKeyboard() {
	p.t.Helper()
	p.patient(p.window)
	p.js(defineNameOf)
	want := eval[[]string](p, tabStops)
	for _, forced := range []string{"none", "active"} {
		p.preferMedia("light", forced)
		p.js("document.querySelector('a[href]').focus()")
		p.press(kb.Tab) // a focus that a script moves after a click need not be shown
		p.press(kb.Tab, chromedp.ModifierShift)
		var got []string
		for range want {
			stop := eval[tabStop](p, `({name: nameOf(document.activeElement), ring: (() => {
				const style = getComputedStyle(document.activeElement);
				return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && style.outlineColor !== getComputedStyle(document.body).backgroundColor;
			})()})`)
			got = append(got, stop.Name)
			if !stop.Ring {
				p.t.Errorf("%q has the focus, and nothing shows it; forced colours: %s", stop.Name, forced)
			}
			p.press(kb.Tab)
		}
		if !slices.Equal(got, want) {
			p.t.Errorf("Tab leads to\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
		}
		if outside := eval[bool](p, "document.activeElement === document.body || document.activeElement === document.querySelector('a[href]')"); !outside {
			p.t.Errorf("behind the last comes %q", eval[string](p, "nameOf(document.activeElement)"))
		}
	}
	p.prefer("light")
}
