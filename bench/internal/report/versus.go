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
	var cpu, memory []float64
	for _, ours := range o.Samples {
		if ours.Server != field.Ours || ours.Error != "" {
			continue
		}
		before := slices.IndexFunc(o.Samples, func(s run.Sample) bool {
			return s.Server == field.Before && s.Round == ours.Round && s.Error == ""
		})
		if before >= 0 {
			cpu = append(cpu, ours.CPUPerEvent/o.Samples[before].CPUPerEvent)
			memory = append(memory, ours.RSSPerStream/o.Samples[before].RSSPerStream)
		}
	}
	if cpu == nil {
		return ""
	}
	return fmt.Sprintf("Ratio of %s to %s in the same round: CPU per event %s; memory per stream %s.",
		r.title(field.Ours), r.title(field.Before), ratios(cpu), ratios(memory))
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
