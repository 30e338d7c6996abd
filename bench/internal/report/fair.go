package report

import (
	"cmp"
	"fmt"
	"strings"

	"sseserver/bench/internal/run"
)

// fair writes a table for each figure, with a column for each attack.
func (r Results) fair(b *strings.Builder) {
	steps := r.steps(run.Fair)
	if len(steps) == 0 {
		return
	}
	whole := func(n float64) string { return fmt.Sprintf("%.0f", n) }
	r.figures(b, steps, []figure{
		{"lateness p50, ms", func(row Row) string { return short(row.LatenessP50) }},
		{"lateness p99, ms", func(row Row) string { return short(row.LatenessP99) }},
		{"greatest lateness, ms", func(row Row) string { return short(row.fair().LatenessMax) }},
		{"of the client's own making: p99, ms", func(row Row) string { return short(row.fair().ClientP99) }},
		{"server's CPU, % of a core", func(row Row) string { return whole(100 * row.Core) }},
		{"server's peak memory, MiB", func(row Row) string { return whole(row.fair().PeakRSS) }},
		{"kernel memory for TCP, both ends, MiB", func(row Row) string { return short(row.fair().TCP) }},
		{"of it the server's end, MiB", func(row Row) string { return short(row.fair().ServerTCP) }},
		{"events lost", func(row Row) string { return fmt.Sprint(row.Lost) }},
	})
	var notes []string
	for _, o := range steps {
		attacker := r.note(o, "The attacker's requests: ", func(row Row) string {
			if o.Attack == run.NoAttack || row.Rounds == 0 {
				return ""
			}
			return row.fair().Attacker.String()
		})
		broken := r.note(o, "Went wrong: ", func(row Row) string { return row.fair().Error })
		for _, note := range append(r.trust(o), attacker, broken) {
			if note != "" {
				notes = append(notes, fmt.Sprintf("`%s`: %s", o.Attack, note))
			}
		}
	}
	list(b, notes)
}

// fair is what the attack did, all zero where no round says.
func (r Row) fair() run.FairResult {
	if r.Fair == nil {
		return run.FairResult{}
	}
	return *r.Fair
}

// worst puts the rounds beside an attack together: the worst of each figure, as
// a server that holds up others in one round of three is not fair. It is nil for
// rounds without an attack.
func worst(samples []run.Sample) *run.FairResult {
	var worst *run.FairResult
	for _, s := range samples {
		f := s.Fair
		if f == nil {
			continue
		}
		if worst == nil {
			worst = &run.FairResult{}
		}
		worst.LatenessMax = max(worst.LatenessMax, f.LatenessMax)
		worst.ClientP99 = max(worst.ClientP99, f.ClientP99)
		worst.ClientMax = max(worst.ClientMax, f.ClientMax)
		worst.PeakRSS = max(worst.PeakRSS, f.PeakRSS)
		worst.TCP = max(worst.TCP, f.TCP)
		worst.ServerTCP = max(worst.ServerTCP, f.ServerTCP)
		worst.Attacker = worst.Attacker.Plus(f.Attacker)
		worst.Error = cmp.Or(worst.Error, f.Error)
	}
	return worst
}
