package report

import (
	"encoding/json"
	"time"

	"sseserver/bench/internal/host"
	"sseserver/bench/internal/run"
)

// Results is a whole benchmark. Its JSON form is what is published.
type Results struct {
	Date      time.Time    `json:"date"`
	Command   string       `json:"command"`
	Machine   host.Machine `json:"machine"`
	Servers   []Server     `json:"servers"`
	Scenarios []Outcome    `json:"scenarios"`
}

// Server is one of the field.
type Server struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Version string `json:"version"`
}

// Outcome is what a scenario came to.
type Outcome struct {
	Name       string       `json:"name"`
	Title      string       `json:"title"`
	Attack     string       `json:"attack,omitempty"`
	Streams    int          `json:"streams"`
	IntervalMS int64        `json:"interval_ms"`
	Protocol   string       `json:"protocol"`
	RampPerS   float64      `json:"ramp_per_second"`
	WindowS    float64      `json:"window_s"`
	Rows       []Row        `json:"medians"`
	Samples    []run.Sample `json:"samples"` // in the order in which they were taken
}

// NewOutcome sums up the samples of a scenario.
func NewOutcome(s run.Scenario, samples []run.Sample) Outcome {
	return Outcome{
		Name: s.Name, Title: s.Title, Attack: s.Attack, Streams: s.Work.Streams, IntervalMS: s.Work.Interval.Milliseconds(),
		Protocol: s.Protocol, RampPerS: s.Ramp, WindowS: s.Window.Seconds(),
		Rows: rows(samples), Samples: samples,
	}
}

// JSON is the published form.
func (r Results) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

// title is a server's name for people.
func (r Results) title(name string) string {
	for _, s := range r.Servers {
		if s.Name == name {
			return s.Title
		}
	}
	return name
}
