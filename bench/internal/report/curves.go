package report

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The sizes of a line chart. Two stand side by side, under one legend.
const (
	chartWidth   = plotWidth / 2
	chartHeight  = 230 // of the area of the lines
	chartTop     = 76
	chartLeft    = 46 // room for the labels of the values
	chartRight   = 18
	chartBottom  = 50 // room for the labels of the streams
	legendSample = 24
	legendLetter = 7 // a letter's width, about
	legendGap    = 20
)

// A server's class is its name. Color is not the only difference: the floor is
// dashed, ours is thicker and the one before is dotted.
const curveStyle = `<style>
.page { fill: #fff } text { fill: #222 } .head { font-weight: 600 } .small { font-size: 12px } .grid { stroke: #d8dee4 }
.line { fill: none; stroke: currentColor; stroke-width: 2 } .dot { fill: currentColor }
.floor { color: #6e7781 } .sseserver { color: #1f6feb } .before { color: #1a7f37 } .nchan { color: #bc4c00 } .plain { color: #8250df }
.line.floor { stroke-dasharray: 6 4 } .line.sseserver { stroke-width: 3.5 } .line.before { stroke-dasharray: 2 3 }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
.floor { color: #8b949e } .sseserver { color: #4c9aff } .before { color: #3fb950 } .nchan { color: #f0883e } .plain { color: #bc8cff } }
</style>
`

// curves draws how the costs grow with the number of streams: a chart for each
// cost, with a line for each server.
func (r Results) curves(steps []Outcome) []byte {
	panels := []panel{
		{"CPU per event, µs", "%.4g", cpuPerEvent},
		{"Memory per stream, KiB", "%.4g", memoryPerStream},
	}
	return r.picture("Cost of event streams by their number", curveStyle, chartTop+chartHeight+chartBottom, func(b *strings.Builder) {
		r.legend(b, steps[0].Rows)
		for i, p := range panels {
			fmt.Fprintf(b, `<g transform="translate(%d 0)">`+"\n", i*chartWidth)
			p.lines(b, steps)
			b.WriteString("</g>\n")
		}
	})
}

func (r Results) legend(b *strings.Builder, rows []Row) {
	x := margin
	for _, row := range rows {
		title := r.title(row.Server)
		fmt.Fprintf(b, `<path class="line %s" d="M%d 22h%d"/><text x="%d" y="26">%s</text>`+"\n",
			row.Server, x, legendSample, x+legendSample+6, html.EscapeString(title))
		x += legendSample + 6 + legendLetter*len(title) + legendGap
	}
}

// lines draws the axes of a chart and a line for each server.
func (p panel) lines(b *strings.Builder, steps []Outcome) {
	most := 0.0
	for _, o := range steps {
		for _, row := range o.Rows {
			most = max(most, p.value(row))
		}
	}
	step, count := scale(most)
	at := axes{least: float64(steps[0].Streams), most: float64(steps[len(steps)-1].Streams), top: step * float64(count)}
	fmt.Fprintf(b, `<text class="head" x="%d" y="%d">%s</text>`+"\n", margin, chartTop-18, html.EscapeString(p.title))
	for i := range count + 1 {
		value := step * float64(i)
		y := at.y(value)
		fmt.Fprintf(b, `<path class="grid" d="M%d %.1fH%d"/><text class="small" x="%d" y="%.1f" text-anchor="end">`+p.format+"</text>\n",
			chartLeft, y, chartWidth-chartRight, chartLeft-6, y+4, value)
	}
	for _, o := range steps {
		fmt.Fprintf(b, `<text class="small" x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			at.x(o.Streams), chartTop+chartHeight+18, thousands(o.Streams))
	}
	fmt.Fprintf(b, `<text class="small" x="%d" y="%d" text-anchor="middle">streams, logarithmic</text>`+"\n",
		(chartLeft+chartWidth-chartRight)/2, chartTop+chartHeight+38)
	for i := range steps[0].Rows {
		p.line(b, steps, i, at)
	}
}

// line is the line of one server, the i-th, through the steps that it completed.
func (p panel) line(b *strings.Builder, steps []Outcome, i int, at axes) {
	var path, dots strings.Builder
	class := steps[0].Rows[i].Server
	for _, o := range steps {
		row := o.Rows[i]
		if row.Rounds == 0 {
			continue
		}
		x, y := at.x(o.Streams), at.y(max(p.value(row), 0))
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(path.Len(), 1)], x, y)
		fmt.Fprintf(&dots, `<circle class="dot %s" cx="%.1f" cy="%.1f" r="3.5"/>`, class, x, y)
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path class="line %s" d="%s"/>%s`+"\n", class, &path, &dots)
	}
}

// axes turn figures into places of a chart.
type axes struct{ least, most, top float64 }

func (a axes) x(streams int) float64 {
	const room = chartWidth - chartLeft - chartRight
	if a.most <= a.least {
		return chartLeft + room/2
	}
	return chartLeft + room*math.Log(float64(streams)/a.least)/math.Log(a.most/a.least)
}

func (a axes) y(value float64) float64 { return chartTop + chartHeight*(1-value/a.top) }

// scale divides an axis from 0 to at least most: into count steps of a round
// number, five at most.
func scale(most float64) (step float64, count int) {
	if most <= 0 {
		return 1, 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(most/5)))
	for _, times := range []float64{1, 2, 5, 10} {
		step = times * unit
		if most <= 5*step {
			break
		}
	}
	return step, int(math.Ceil(most / step))
}

// thousands is a number as short as an axis wants it.
//
//	19k
func thousands(n int) string {
	if n >= 1000 && n%1000 == 0 {
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
