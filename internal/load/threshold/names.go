package threshold

import (
	"fmt"
	"slices"
	"strings"

	"sseserver/internal/cmdline"
	"sseserver/internal/load/measure"
)

// unknown says what an unknown name was probably meant to be.
func unknown(name string) error {
	near := former[name]
	if near == "" {
		near = cmdline.Nearest(name, names())
	}
	if near != "" {
		return fmt.Errorf("unknown name %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("unknown name %q, want one of %s", name, strings.Join(names(), ", "))
}

// former are names that people know from elsewhere, or from earlier versions.
var former = map[string]string{
	"gap": measure.ITL.String(), "ttft": measure.TTFE.String(), "tpot": measure.ITL.String(),
}

func names() []string {
	all := slices.Concat(metricNames(), measure.CountNames(), []string{Goodput, EventsPerSecond, Errors})
	slices.Sort(all)
	return all
}

func metricNames() (names []string) {
	for m := range measure.Metrics {
		names = append(names, m.String())
	}
	return names
}
