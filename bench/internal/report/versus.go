package report

import (
	"fmt"
	"slices"
	"strings"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// versus compares this server with the one of another checkout, in the rounds
// that both completed. It is empty if there are none.
func (r Results) versus(o Outcome) string {
	return r.compare(o, field.Ours, field.Before)
}

// liveRatio compares live messages with stored ones.
func (r Results) liveRatio(o Outcome) string { return r.compare(o, field.Live, field.Ours) }

func (r Results) compare(o Outcome, server, with string) string {
	var cpu, memory []float64
	for _, one := range o.Samples {
		if one.Server != server || one.Error != "" {
			continue
		}
		other := slices.IndexFunc(o.Samples, func(s run.Sample) bool {
			return s.Server == with && s.Round == one.Round && s.Error == ""
		})
		if other >= 0 {
			cpu = append(cpu, one.CPUPerEvent/o.Samples[other].CPUPerEvent)
			memory = append(memory, one.RSSPerStream/o.Samples[other].RSSPerStream)
		}
	}
	if cpu == nil {
		return ""
	}
	return fmt.Sprintf("Ratio of %s to %s in the same round: CPU per event %s; memory per stream %s.",
		r.title(server), r.title(with), ratios(cpu), ratios(memory))
}

// ratios is their median, and each of them if there are several.
//
//	median 0.97 (1.02, 0.95, 0.97)
func ratios(all []float64) string {
	if len(all) == 1 {
		return fmt.Sprintf("%.2f", all[0])
	}
	each := make([]string, 0, len(all))
	for _, one := range all {
		each = append(each, fmt.Sprintf("%.2f", one))
	}
	return fmt.Sprintf("median %.2f (%s)", median(all), strings.Join(each, ", "))
}
