package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"sseserver/internal/load/measure"
)

// WriteJSON writes the report in the form of the schema.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// Read reads a report that WriteJSON wrote.
func Read(file string) (*Report, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s is no report of this program: %w", file, err)
	}
	if r.Version != Version {
		return nil, fmt.Errorf("%s is no report of this program: version %q, want %q", file, r.Version, Version)
	}
	return &r, nil
}

// WriteHgrm writes the lateness percentiles in the text form of HdrHistogram,
// which its plotters read. Without a schedule there is no lateness, and the time
// between events takes its place. Values are in ms.
func (r *Report) WriteHgrm(w io.Writer) error {
	m := measure.Lateness
	if r.Metrics[m.String()] == nil {
		m = measure.ITL
	}
	_, err := r.Histograms.Figures(m).PercentilesPrint(w, 5, m.Unit().Scale())
	return err
}
