package run

import "time"

// EngineResult is what the engines took that a server keeps its messages in.
type EngineResult struct {
	Engines      int     `json:"engines"`
	CPUPerAppend float64 `json:"cpu_us_per_append"` // of all engines together; 0 if nothing is appended
	Core         float64 `json:"core"`              // of one core, of all engines together
	RSSMiB       float64 `json:"rss_mib"`           // of one engine, on average
}

// sampleEach samples several processes.
func sampleEach(pids []int, core int) (samplers []*sampler) {
	for _, pid := range pids {
		samplers = append(samplers, sample(pid, core))
	}
	return samplers
}

func stopAll(samplers []*sampler) (all []readings) {
	for _, s := range samplers {
		all = append(all, s.stop())
	}
	return all
}

// engineUse computes the figures of the steady window. It is nil if there are no
// engines.
func engineUse(engines []readings, report loadReport) *EngineResult {
	if engines == nil {
		return nil
	}
	from, to := report.window(settle)
	begin, end := report.moment(from), report.moment(to)
	var cpu time.Duration
	var rss int64
	for _, read := range engines {
		cpu += read.cpu(begin, end)
		rss += read.rss(begin, end)
	}
	const mib = 1 << 20
	r := &EngineResult{
		Engines: len(engines), Core: cpu.Seconds() / end.Sub(begin).Seconds(), RSSMiB: float64(rss) / mib / float64(len(engines)),
	}
	if report.Counts.Appended > 0 { // each of which has one reader in these scenarios
		r.CPUPerAppend = float64(cpu.Microseconds()) / float64(max(report.events(from, to), 1))
	}
	return r
}
