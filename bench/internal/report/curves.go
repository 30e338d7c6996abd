package report

import (
	"fmt"
	"html"
	"math"
	"slices"
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
		// A process that 100 streams wake for every single event pays many times as
		// much for it: on a linear axis the other steps would be one flat line.
		{"CPU per event, µs (logarithmic)", "%.4g", true, cpuPerEvent},
		{"Memory per stream, KiB", "%.4g", false, memoryPerStream},
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
	ticks := p.ticks(steps)
	at := axes{
		least: float64(steps[0].Streams), most: float64(steps[len(steps)-1].Streams),
		bottom: ticks[0], top: ticks[len(ticks)-1], log: p.log,
	}
	fmt.Fprintf(b, `<text class="head" x="%d" y="%d">%s</text>`+"\n", margin, chartTop-18, html.EscapeString(p.title))
	for _, value := range ticks {
		y := at.y(value)
		fmt.Fprintf(b, `<path class="grid" d="M%d %.1fH%d"/><text class="small" x="%d" y="%.1f" text-anchor="end">`+p.format+"</text>\n",
			chartLeft, y, chartWidth-chartRight, chartLeft-6, y+4, value)
	}
	for _, o := range steps {
		fmt.Fprintf(b, `<text class="small" x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			at.x(o.Streams), chartTop+chartHeight+18, thousands(o.Streams))
	}
	fmt.Fprintf(b, `<text class="small" x="%d" y="%d" text-anchor="middle">streams (logarithmic)</text>`+"\n",
		(chartLeft+chartWidth-chartRight)/2, chartTop+chartHeight+38)
	for i := range steps[0].Rows {
		p.line(b, steps, i, at)
	}
}

// ticks are the labelled values of the axis, which has room for all values.
func (p panel) ticks(steps []Outcome) []float64 {
	var values []float64
	for _, o := range steps {
		for _, row := range o.Rows {
			if row.Rounds > 0 {
				values = append(values, p.value(row))
			}
		}
	}
	if len(values) == 0 {
		values = []float64{1}
	}
	if p.log {
		return logTicks(slices.Min(values), slices.Max(values))
	}
	return linearTicks(slices.Max(values))
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
		x, y := at.x(o.Streams), at.y(p.value(row))
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(path.Len(), 1)], x, y)
		fmt.Fprintf(&dots, `<circle class="dot %s" cx="%.1f" cy="%.1f" r="3.5"/>`, class, x, y)
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path class="line %s" d="%s"/>%s`+"\n", class, &path, &dots)
	}
}

// axes turn figures into places of a chart. That of the streams is always
// logarithmic.
type axes struct {
	least, most float64 // streams
	bottom, top float64 // values
	log         bool    // the values are on a logarithmic axis
}

func (a axes) x(streams int) float64 {
	const room = chartWidth - chartLeft - chartRight
	if a.most <= a.least {
		return chartLeft + room/2
	}
	return chartLeft + room*math.Log(float64(streams)/a.least)/math.Log(a.most/a.least)
}

func (a axes) y(value float64) float64 {
	value = max(value, a.bottom)
	part := (value - a.bottom) / (a.top - a.bottom)
	if a.log {
		part = math.Log(value/a.bottom) / math.Log(a.top/a.bottom)
	}
	return chartTop + chartHeight*(1-part)
}

// linearTicks are round numbers from 0 to at least most, six of them or fewer.
func linearTicks(most float64) []float64 {
	step := 1.0
	if most > 0 {
		step = roundUp(most / 5)
	}
	ticks := []float64{0, step}
	for ticks[len(ticks)-1] < most {
		ticks = append(ticks, step*float64(len(ticks)))
	}
	return ticks
}

// logTicks are 1, 2, 5, 10 and so on, from at most least to at least most. There
// are two or more.
func logTicks(least, most float64) []float64 {
	least = max(least, 1) // less than a microsecond is not told apart
	ticks := []float64{roundUp(least)}
	if ticks[0] > least {
		ticks[0] = roundUp(ticks[0] / 2.5) // the one before
	}
	for last := ticks[0]; last < most || len(ticks) < 2; {
		last = roundUp(last * 1.1) // the one after
		ticks = append(ticks, last)
	}
	return ticks
}

// roundUp is the next of 1, 2, 5, 10 and so on that is not less.
func roundUp(value float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(value)))
	for _, times := range []float64{1, 2, 5} {
		if value <= times*unit {
			return times * unit
		}
	}
	return 10 * unit
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
