package report

import (
	"slices"

	"sseserver/bench/internal/run"
)

// others is the part of all scenarios that have none of their own.
const others = "scenarios"

// Parts are the results by the name of the files in which they are published.
func (r Results) Parts() map[string]Results {
	parts := make(map[string]Results)
	for _, o := range r.Scenarios {
		name := others
		switch {
		case slices.Contains([]string{run.Main, run.Churning, run.Growth, run.Fair, run.Chat}, o.Name):
			name = o.Name
		case slices.Contains([]string{run.Live, run.LiveEach, run.LivePipe, run.LiveHeld}, o.Name):
			name = run.Live
		case isCluster(o):
			name = run.Cluster
		}
		part, begun := parts[name]
		if !begun {
			part = r
			part.Scenarios = nil
		}
		part.Scenarios = append(part.Scenarios, o)
		parts[name] = part
	}
	for name, part := range parts {
		part.Servers = part.present()
		parts[name] = part
	}
	return parts
}

// present is the servers that took part.
func (r Results) present() (servers []Server) {
	for _, s := range r.Servers {
		if slices.ContainsFunc(r.Scenarios, func(o Outcome) bool { return o.has(s.Name) }) {
			servers = append(servers, s)
		}
	}
	return servers
}

func (o Outcome) has(server string) bool {
	return slices.ContainsFunc(o.Rows, func(row Row) bool { return row.Server == server })
}
