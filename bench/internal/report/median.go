package report

import (
	"slices"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// Row is one server's medians over its rounds; what is counted is added up.
type Row struct {
	Server string `json:"server"`
	Rounds int    `json:"rounds"` // that gave figures
	Errors int    `json:"errors"` // turns that failed

	CPUPerEvent float64 `json:"cpu_us_per_event"`
	// TimesFloor is the median of the ratios to the floor's CPU per event in the
	// same round, not the ratio of the medians; 0 if the floor did not run.
	TimesFloor      float64 `json:"cpu_times_floor"`
	Core            float64 `json:"core"`
	Others          float64 `json:"others"`
	EventsPerSecond float64 `json:"events_per_second"`
	RSSPerStream    float64 `json:"rss_kib_per_stream"`
	OpenLagP99      float64 `json:"open_lag_p99_ms"`
	FirstP50        float64 `json:"first_event_p50_ms"`
	FirstP99        float64 `json:"first_event_p99_ms"`
	LatenessP50     float64 `json:"lateness_p50_ms"`
	LatenessP99     float64 `json:"lateness_p99_ms"`

	Lost   uint64 `json:"lost"`
	Faults uint64 `json:"faults"`
	// Breathless counts the rounds in which the load generator complained of
	// itself, so that lateness is partly its own.
	Breathless int `json:"breathless"`

	Fair *run.FairResult `json:"fair,omitempty"`
}

// rows sums up samples, in the order in which the servers first appear.
func rows(samples []run.Sample) []Row {
	var order []string
	of := make(map[string][]run.Sample)
	for _, s := range samples {
		if of[s.Server] == nil {
			order = append(order, s.Server)
		}
		of[s.Server] = append(of[s.Server], s)
	}
	floor := make(map[int]float64) // CPU per event by round
	for _, s := range of[field.Floor] {
		floor[s.Round] = s.CPUPerEvent
	}
	all := make([]Row, 0, len(order))
	for _, name := range order {
		all = append(all, row(name, of[name], floor))
	}
	return all
}

func row(name string, samples []run.Sample, floor map[int]float64) Row {
	r := Row{Server: name}
	var good []run.Sample
	var ratios []float64
	for _, s := range samples {
		if s.Error != "" {
			r.Errors++
			continue
		}
		good = append(good, s)
		r.Lost += s.Lost
		r.Faults += s.Faults
		if len(s.Complaints) > 0 {
			r.Breathless++
		}
		if floor[s.Round] > 0 {
			ratios = append(ratios, s.CPUPerEvent/floor[s.Round])
		}
	}
	of := func(figure func(run.Sample) float64) float64 {
		values := make([]float64, 0, len(good))
		for _, s := range good {
			values = append(values, figure(s))
		}
		return median(values)
	}
	r.Rounds = len(good)
	r.TimesFloor = median(ratios)
	r.CPUPerEvent = of(func(s run.Sample) float64 { return s.CPUPerEvent })
	r.Core = of(func(s run.Sample) float64 { return s.Core })
	r.Others = of(func(s run.Sample) float64 { return s.Others })
	r.EventsPerSecond = of(func(s run.Sample) float64 { return s.EventsPerSecond })
	r.RSSPerStream = of(func(s run.Sample) float64 { return s.RSSPerStream })
	r.OpenLagP99 = of(func(s run.Sample) float64 { return s.OpenLagP99 })
	r.FirstP50 = of(func(s run.Sample) float64 { return s.FirstP50 })
	r.FirstP99 = of(func(s run.Sample) float64 { return s.FirstP99 })
	r.LatenessP50 = of(func(s run.Sample) float64 { return s.LatenessP50 })
	r.Fair = worst(good)
	r.LatenessP99 = of(func(s run.Sample) float64 { return s.LatenessP99 })
	return r
}

// median is 0 of none, and the mean of the middle two of an even number.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
