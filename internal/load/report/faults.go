package report

import (
	"fmt"
	"strings"

	"sseserver/internal/fault"
)

// summarizeFaults says which of the faults that were asked for happened.
func (r *Report) summarizeFaults(line func(name, format string, values ...any)) {
	happened, missing := listFaults(r.Faults.Happened), listFaults(r.Faults.Missing)
	if r.Settings.Fault == "" && happened == "" && missing == "" {
		return
	}
	if happened == "" {
		happened = "none seen"
	}
	if plan := r.Settings.Fault; plan != "" {
		happened += fmt.Sprintf(" (%s, seed %d)", plan, r.Settings.Seed)
	}
	line("faults", "%s", happened)
	if missing != "" {
		line("", "that did not happen: %s", missing)
	}
}

// listFaults has them in the order in which plans are explained.
func listFaults(counts map[string]uint64) string {
	var list []string
	for _, name := range fault.Names() {
		if n := counts[name]; n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, name))
		}
	}
	return strings.Join(list, ", ")
}
