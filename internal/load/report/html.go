package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"sseserver/internal/load/measure"
)

// The page is one file that asks nothing of the network: its style, its script
// and the report it draws are all inside.
var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page_units.js
	unitsJS string
	//go:embed page_texts.js
	textsJS string
	//go:embed page_chart.js
	chartJS string
	//go:embed page_plots.js
	plotsJS string
	//go:embed page.js
	mainJS string

	page   = template.Must(template.New("page").Parse(pageHTML))
	pageJS = strings.Join([]string{textsJS, unitsJS, chartJS, plotsJS, mainJS}, "\n")
)

// WriteHTML writes the report as a page with plots.
func (r *Report) WriteHTML(w io.Writer) error {
	drawn := *r
	drawn.Histograms = measure.Distributions{} // large, and the page draws the curves
	data, err := json.Marshal(&drawn)          // which also keeps "</script>" out of it
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return page.Execute(w, map[string]any{
		"Title": fmt.Sprintf("sseload: %d clients, %s", r.Settings.Clients, r.Settings.Target),
		"Style": template.CSS(pageCSS), "Script": template.JS(pageJS), //nolint:gosec // ours
		"Data": template.JS(data), //nolint:gosec // JSON with <, > and & escaped
	})
}
