package report

import (
	"time"

	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// Version names the form of the JSON. A change that a reader could stumble over
// changes it.
const Version = "sseload/2"

// Report is everything about one run. Times are in milliseconds, as their names
// say.
type Report struct {
	Version        string             `json:"version"`
	Generator      Generator          `json:"generator"`
	Started        time.Time          `json:"started"`
	Outcome        Outcome            `json:"outcome"`
	ExitCode       int                `json:"exit_code"`
	Settings       Settings           `json:"settings"`
	Windows        Windows            `json:"windows"`
	Clock          *Clock             `json:"clock,omitempty"` // of the server, if latency was asked for
	Health         Health             `json:"health"`
	Rates          Rates              `json:"rates"`
	Counts         measure.Counts     `json:"counts"`
	Errors         map[string]uint64  `json:"errors"`
	Faults         measure.Faults     `json:"faults,omitzero"`           // that plans asked for
	FirstRefusal   *measure.Refusal   `json:"first_error"`               // null if there was none
	PublishRefusal string             `json:"publish_refusal,omitempty"` // why the first publication failed that did
	AppendRefusal  string             `json:"append_refusal,omitempty"`  // why the first append failed that did
	Metrics        map[string]*Metric `json:"metrics"`                   // those with values
	Thresholds     []Verdict          `json:"thresholds"`
	HeatEdges      []float64          `json:"heat_edges_ms"` // lower edges of the buckets of Second.Lateness
	Timeline       []Second           `json:"timeline"`

	// Histograms hold the whole distributions, by metric and window, in the
	// base64 text of the HdrHistogram V2 encoding. Times in them are
	// microseconds, event rates thousandths.
	Histograms measure.Distributions `json:"histograms"`

	// Only of a merged report: whose runs it is made of, and what a reader must
	// know of how they differ.
	Parts []Part   `json:"parts,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// Generator says what made the report.
type Generator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"` // operating system and architecture
}

// Windows are the lengths of the three parts of the run.
type Windows struct {
	Ramp   float64 `json:"ramp_ms"`
	Steady float64 `json:"steady_ms"`
	Drain  float64 `json:"drain_ms"`
}

// Health says whether the generator itself was fit.
type Health struct {
	Valid      bool     `json:"valid"`
	Complaints []string `json:"complaints"`
	Cores      int      `json:"cores"`
	CPUShare   float64  `json:"cpu_share"` // of these cores, in the steady window, from 0 to 1
	ProbeP99   float64  `json:"probe_p99_ms"`
	Limit      float64  `json:"limit_ms"` // beyond which the p99 makes the run invalid
}

// Rates are figures made of counts.
type Rates struct {
	EventsPerSecond float64  `json:"events_per_second"` // in the steady window
	Coalesced       *float64 `json:"coalesced"`         // share of events that came in the same read as the event before them; null without events
	Goodput         *float64 `json:"goodput"`           // good of judged; null without streams
}

// New makes the report of a run, which it also judges.
func New(result *load.Result, generator Generator) *Report {
	tally := &result.Tally
	r := &Report{
		Version: Version, Generator: generator, Started: result.Started.UTC(),
		Settings: newSettings(result.Config), Clock: newClock(result.Clock), Counts: tally.Counts, Errors: tally.Errors, Faults: tally.Faults,
		PublishRefusal: result.PublishRefusal, AppendRefusal: result.AppendRefusal,
		Histograms: tally.Distributions,
		Windows: Windows{
			Ramp:   millis(result.Windows.Ramp),
			Steady: millis(result.Windows.Steady - result.Windows.Ramp),
			Drain:  millis(result.Windows.End - result.Windows.Steady),
		},
	}
	if r.Errors == nil {
		r.Errors = map[string]uint64{}
	}
	r.describe()
	if first := tally.Refusal; first != nil {
		r.FirstRefusal = &first.Refusal
	}
	r.Health = newHealth(result)
	r.Rates = newRates(r.Counts, r.Windows)
	r.HeatEdges, r.Timeline = newTimeline(tally.Timeline, r.Health.Cores)
	r.judge(result.Config.Thresholds, result.Interrupted)
	return r
}

// describe makes the metrics of the histograms.
func (r *Report) describe() {
	r.Metrics = map[string]*Metric{}
	for m := range measure.Metrics {
		if metric := newMetric(&r.Histograms, m); metric != nil {
			r.Metrics[m.String()] = metric
		}
	}
}

func newHealth(result *load.Result) Health {
	complaints := result.Health.Complaints(&result.Tally.Distributions, result.Config.GeneratorLimit)
	if complaints == nil {
		complaints = []string{}
	}
	return Health{
		Valid: len(complaints) == 0, Complaints: complaints, Cores: result.Health.Cores(), CPUShare: result.Health.CPUShare(),
		ProbeP99: float64(result.Tally.Distributions.Figures(measure.Probe).ValueAtPercentile(99)) / 1000,
		Limit:    millis(result.Config.GeneratorLimit),
	}
}

func newRates(c measure.Counts, w Windows) (r Rates) {
	if w.Steady > 0 {
		r.EventsPerSecond = float64(c.Steady) / w.Steady * 1000
	}
	r.Coalesced = share(c.Coalesced, c.Timely())
	r.Goodput = share(c.Good, c.Judged)
	return r
}

// share is nil if there is nothing to have a share of.
func share(part, whole uint64) *float64 {
	if whole == 0 {
		return nil
	}
	s := float64(part) / float64(whole)
	return &s
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
