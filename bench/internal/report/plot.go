package report

import (
	"fmt"
	"html"
	"math"
	"strings"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// panel is one chart: a bar for each server.
type panel struct {
	title  string
	format string // of a value
	log    bool   // the bars have the length of the value's logarithm
	rows   []Row
	value  func(Row) float64
}

// The sizes of the picture, in its own units.
const (
	plotWidth  = 760
	labelWidth = 205
	valueWidth = 70
	barHeight  = 16
	barPitch   = 24
	panelHead  = 34
	panelGap   = 18
	margin     = 16
)

// Plot draws the main scenario's cost and, if it was run, the lateness of the
// busy one, as SVG. It is empty without the main scenario.
func (r Results) Plot() []byte {
	panels := r.panels()
	if len(panels) == 0 {
		return nil
	}
	height := margin
	for _, p := range panels {
		height += panelHead + barPitch*len(p.rows) + panelGap
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		plotWidth, height)
	b.WriteString(plotStyle)
	fmt.Fprintf(&b, "<title>Cost of event streams, %s</title>\n<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>\n", r.Date.Format("2006-01-02"))
	y := margin
	for _, p := range panels {
		y = r.draw(&b, p, y)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

const plotStyle = `<style>
.page { fill: #fff } text { fill: #222 } .bar { fill: #a9b4c2 } .ours { fill: #1f6feb } .head { font-weight: 600 }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #57606a } .ours { fill: #4c9aff } }
</style>
`

func (r Results) panels() (panels []panel) {
	if o, ok := r.scenario(run.Main); ok {
		panels = append(panels,
			panel{"CPU per event, × the kernel's own cost · " + o.Title, "%.2f", false, o.Rows, func(r Row) float64 { return r.TimesFloor }},
			panel{"Memory per stream, KiB · " + o.Title, "%.1f", false, o.Rows, func(r Row) float64 { return r.RSSPerStream }})
	}
	if o, ok := r.scenario("busy"); ok && len(panels) > 0 {
		panels = append(panels,
			panel{"Lateness p99, ms, logarithmic · " + o.Title, "%.0f", true, o.Rows, func(r Row) float64 { return r.LatenessP99 }})
	}
	return panels
}

func (r Results) scenario(name string) (Outcome, bool) {
	for _, o := range r.Scenarios {
		if o.Name == name {
			return o, true
		}
	}
	return Outcome{}, false
}

// draw draws a panel from y on and returns where the next one begins.
func (r Results) draw(b *strings.Builder, p panel, y int) int {
	most := 0.0
	for _, row := range p.rows {
		most = max(most, p.length(row))
	}
	fmt.Fprintf(b, `<text class="head" x="%d" y="%d">%s</text>`+"\n", margin, y+14, html.EscapeString(p.title))
	y += panelHead
	for _, row := range p.rows {
		r.bar(b, p, row, most, y)
		y += barPitch
	}
	return y + panelGap
}

func (r Results) bar(b *strings.Builder, p panel, row Row, most float64, y int) {
	const room = plotWidth - labelWidth - valueWidth - margin
	width, text := 0.0, "failed"
	if row.Rounds > 0 && most > 0 {
		width, text = p.length(row)/most*room, fmt.Sprintf(p.format, p.value(row))
	}
	class := "bar"
	if row.Server == field.Ours {
		class = "bar ours"
	}
	baseline := y + barHeight - 4
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, labelWidth-8, baseline, html.EscapeString(r.title(row.Server)))
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`, class, labelWidth, y, width, barHeight)
	fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`+"\n", labelWidth+width+6, baseline, text)
}

// length is a bar's length, in no particular unit. A logarithmic one begins at 1.
func (p panel) length(row Row) float64 {
	v := max(p.value(row), 0)
	if p.log {
		return math.Log10(max(v, 1))
	}
	return v
}
