package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sseserver/bench/internal/field"
	"sseserver/bench/internal/run"
)

// isCluster says whether a scenario is one of those with several nodes or engines.
func isCluster(o Outcome) bool { return strings.HasPrefix(o.Name, run.Cluster) }

// cluster is what they came to.
func (r Results) cluster(b *strings.Builder) {
	r.kills(b)
	r.delivered(b)
	for _, o := range r.Scenarios {
		if o.Name == run.ClusterStored || o.Name == run.ClusterLive {
			r.outcome(b, o)
		}
	}
	r.appended(b)
}

// samples calls do with all samples of a scenario, and its title with the first.
func (r Results) samples(scenario string, begin func(title string), do func(run.Sample)) {
	begun := false
	for _, o := range r.steps(scenario) {
		for _, s := range o.Samples {
			if !begun {
				begun = true
				begin(o.Title)
			}
			do(s)
		}
	}
}

// shared is said of scenarios of more processes than there are cores.
const shared = "Nodes, engines and clients share all cores."

// kills is what became of clients while members of a cluster were killed.
func (r Results) kills(b *strings.Builder) {
	r.samples(run.Cluster, func(title string) { fmt.Fprintf(b, "\n## %s\n\n%s\n", title, shared) }, func(s run.Sample) {
		if s.Kills == nil {
			fmt.Fprintf(b, "\nFailed: %s\n", s.Error)
			return
		}
		b.WriteString("\n| load | streams | completed | events | wrong | connections broken | outage p50, s | p99, s | longest, s | longest stall, s |\n" +
			"|---|---:|---:|---:|---|---:|---:|---:|---:|---:|\n")
		loadRow(b, "stored messages", s.Kills.Stored)
		loadRow(b, "live messages", s.Kills.Live)
		b.WriteString("\n| killed | at, s | away, s | to be ready again, s | stored: outages | longest, s | live: outages | longest, s | live: stalls | longest, s |\n" +
			"|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
		for _, k := range s.Kills.Kills {
			name := k.Member
			if k.Leads {
				name += ", which led"
			}
			fmt.Fprintf(b, "| %s | %.0f | %.0f | %.1f | %d | %s | %d | %s | %d | %s |\n", name, k.At, k.Away, k.Ready,
				k.Stored.Outages, seconds(k.Stored.OutageMax), k.Live.Outages, seconds(k.Live.OutageMax), k.Live.Stalls, seconds(k.Live.StallMax))
		}
		list(b, []string{requests("stored", s.Kills.Stored), requests("live", s.Kills.Live)})
	})
}

func loadRow(b *strings.Builder, name string, l run.KilledLoad) {
	fmt.Fprintf(b, "| %s | %d | %d | %d | %s | %d | %s | %s | %s | %s |\n", name, l.Streams, l.Completed, l.Events, counts(l.Wrong, "nothing"), l.Broken,
		seconds(l.Outage.P50), seconds(l.Outage.P99), seconds(l.Outage.Max), seconds(l.Stall.Max))
}

func seconds(ms float64) string {
	if ms == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", ms/1000)
}

// requests says what failed and was done again.
func requests(name string, l run.KilledLoad) string {
	text := "Requests of the " + name + " load that failed, and were made again: " + counts(l.Errors, "none") + "."
	if l.Appended > 0 {
		text += fmt.Sprintf(" %d chunks were appended.", l.Appended)
	}
	return text
}

// counts lists what is not 0.
//
//	lost 3, reordered 1
func counts(of map[string]uint64, none string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%s %d", name, of[name]))
	}
	if all == nil {
		return none
	}
	return strings.Join(all, ", ")
}

// delivered is how soon chunks are on another node.
func (r Results) delivered(b *strings.Builder) {
	r.samples(run.ClusterDelivery, func(title string) {
		fmt.Fprintf(b, "\n## %s\n\n%s\n\n| round | chunks | append p50, ms | p99, ms | greatest, ms | delivery p50, ms | p99, ms | greatest, ms | from due to arrival p50, ms | p99, ms | wrong |\n"+
			"|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n", title, shared)
	}, func(s run.Sample) {
		if s.Live == nil {
			fmt.Fprintf(b, "| %d | failed: %s | | | | | | | | | |\n", s.Round, s.Error)
			return
		}
		l := s.Live
		fmt.Fprintf(b, "| %d | %d | %s | %s | %s | %s | %s | %s | %s | %s | %d |\n", s.Round, l.Appends, short(l.AppendP50), short(l.AppendP99), short(l.AppendMax),
			short(l.DeliveryP50), short(l.DeliveryP99), short(l.DeliveryMax), short(s.LatenessP50), short(s.LatenessP99), s.Lost+s.Faults)
	})
}

// appended is how many appends there can be.
func (r Results) appended(b *strings.Builder) {
	r.samples(run.ClusterAppends, func(title string) {
		fmt.Fprintf(b, "\n## %s\n\nThe server is on one core; engines and producers share all.\n\n| server | engines | appends/s | CPU per append, µs | of the engines together, µs |\n|---|---:|---:|---:|---:|\n", title)
	}, func(s run.Sample) {
		a := s.Appends
		if a == nil {
			fmt.Fprintf(b, "| %s | failed: %s | | | |\n", r.title(s.Server), s.Error)
			return
		}
		fmt.Fprintf(b, "| %s | %d | %.0f | %.0f | %.0f |\n", r.title(s.Server), a.Engines, a.PerSecond, a.CPUPerAppend, a.EnginesCPU)
	})
}

// engines says what servers with an engine cost beside those without, and what the
// engines took.
func (r Results) engines(o Outcome) []string {
	notes := []string{
		r.compare(o, field.Nats, field.Ours), r.compare(o, field.NatsLive, field.Live), r.compare(o, field.NatsLive3, field.Live),
	}
	for _, s := range o.Samples {
		e := s.Engines
		if e == nil {
			continue
		}
		note := fmt.Sprintf("%s, round %d: the engines took %.1f %% of a core and %.0f MiB each", r.title(s.Server), s.Round, 100*e.Core, e.RSSMiB)
		if e.CPUPerAppend > 0 {
			note += fmt.Sprintf(", %.0f µs for each append together", e.CPUPerAppend)
		}
		notes = append(notes, note+".")
	}
	return notes
}
