package report

import (
	"fmt"
	"html"
	"strings"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// Plot draws what there is a picture of, as SVG: the main scenario's costs, or
// else how the costs grow. It is empty without either.
func (r Results) Plot() []byte {
	if o, ok := r.scenario(run.Main); ok {
		return r.bars(o)
	}
	if steps := r.steps(run.Growth); len(steps) > 0 {
		return r.curves(steps)
	}
	return nil
}

func (r Results) scenario(name string) (Outcome, bool) {
	for _, o := range r.Scenarios {
		if o.Name == name {
			return o, true
		}
	}
	return Outcome{}, false
}

// The width of a picture and its margin, in its own units.
const (
	plotWidth = 760
	margin    = 16
)

// picture is an SVG document of some height, around what draw writes.
func (r Results) picture(title, style string, height int, draw func(*strings.Builder)) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		plotWidth, height)
	b.WriteString(style)
	fmt.Fprintf(&b, "<title>%s, %s</title>\n<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>\n", title, r.Date.Format("2006-01-02"))
	draw(&b)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// panel is one chart of a picture: a figure of each server.
type panel struct {
	title  string
	format string // of a value
	log    bool   // of a line chart: its values are on a logarithmic axis
	value  func(Row) float64
}

func cpuTimesFloor(r Row) float64   { return r.TimesFloor }
func cpuPerEvent(r Row) float64     { return r.CPUPerEvent }
func memoryPerStream(r Row) float64 { return r.RSSPerStream }

// The sizes of a bar chart.
const (
	labelWidth = 205
	valueWidth = 70
	barHeight  = 16
	barPitch   = 24
	panelHead  = 34
	panelGap   = 18
)

const barStyle = `<style>
.page { fill: #fff } text { fill: #222 } .bar { fill: #a9b4c2 } .ours { fill: #1f6feb } .head { font-weight: 600 }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #57606a } .ours { fill: #4c9aff } }
</style>
`

// bars draws a chart for each cost of one scenario, with a bar for each server.
func (r Results) bars(o Outcome) []byte {
	panels := []panel{
		{"CPU per event, × the kernel's own cost · " + o.Title, "%.2f", false, cpuTimesFloor},
		{"Memory per stream, KiB · " + o.Title, "%.1f", false, memoryPerStream},
	}
	height := margin + len(panels)*(panelHead+barPitch*len(o.Rows)+panelGap)
	return r.picture("Cost of event streams", barStyle, height, func(b *strings.Builder) {
		y := margin
		for _, p := range panels {
			y = r.barChart(b, p, o.Rows, y)
		}
	})
}

// barChart draws a panel from y on and returns where the next one begins.
func (r Results) barChart(b *strings.Builder, p panel, rows []Row, y int) int {
	most := 0.0
	for _, row := range rows {
		most = max(most, p.value(row))
	}
	fmt.Fprintf(b, `<text class="head" x="%d" y="%d">%s</text>`+"\n", margin, y+14, html.EscapeString(p.title))
	y += panelHead
	for _, row := range rows {
		r.bar(b, p, row, most, y)
		y += barPitch
	}
	return y + panelGap
}

func (r Results) bar(b *strings.Builder, p panel, row Row, most float64, y int) {
	const room = plotWidth - labelWidth - valueWidth - margin
	width, text := 0.0, "failed"
	if row.Rounds > 0 && most > 0 {
		width, text = max(p.value(row), 0)/most*room, fmt.Sprintf(p.format, p.value(row))
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
