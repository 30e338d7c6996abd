package httpapi_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"sseserver/internal/fault"
)

// onePlan returns a plan with one fault of a kind, the times of which are short.
func onePlan(random *rand.Rand, kind fault.Kind, chunks int) string {
	info := &fault.Kinds[kind]
	text := info.Name
	switch kind {
	case fault.Stall, fault.First, fault.Jitter, fault.Retry:
		text += fmt.Sprintf(":%dms", 1+random.IntN(30))
	case fault.Burst:
		text += fmt.Sprintf(":%d", 2+random.IntN(8))
	case fault.Split:
		text += fmt.Sprintf(":%d", []int{1, 2, 7, 100, 5000}[random.IntN(5)])
	case fault.EOL:
		text += []string{":crlf", ":cr"}[random.IntN(2)]
	}
	switch {
	case !info.At:
		return text
	case random.IntN(3) > 0:
		return fmt.Sprintf("%s@%d", text, random.IntN(chunks+1))
	default:
		return fmt.Sprintf("%s:%d%%", text, 1+random.IntN(40))
	}
}

// ending are the faults after which nothing comes. A plan of many faults seldom has
// one of them early, or the rest would have no time to happen.
func ending(kind fault.Kind) bool {
	return kind == fault.Cut || kind == fault.Truncate || kind == fault.End
}

// randomPlan returns a plan with several faults.
func randomPlan(random *rand.Rand, chunks int) string {
	var plan []string
	for range 1 + random.IntN(6) {
		kind := fault.Kind(random.IntN(len(fault.Kinds)))
		name := fault.Kinds[kind].Name
		twice := !fault.Kinds[kind].At && strings.Contains(strings.Join(plan, ","), name)
		if kind == fault.Status || twice || ending(kind) && random.IntN(2) == 0 {
			continue
		}
		plan = append(plan, onePlan(random, kind, chunks))
	}
	return strings.Join(plan, ",")
}

// plans returns one plan of each kind, which status is none of, and so many random
// ones.
func plans(random *rand.Rand, more, chunks int) (all []string) {
	for kind := range fault.Kinds {
		if fault.Kind(kind) != fault.Status {
			all = append(all, onePlan(random, fault.Kind(kind), chunks))
		}
	}
	for range more {
		all = append(all, randomPlan(random, chunks))
	}
	return all
}

// pairs returns a plan of each two kinds.
func pairs(random *rand.Rand, chunks int) (all []string) {
	for one := range fault.Kinds {
		for other := range one {
			if fault.Kind(one) == fault.Status || fault.Kind(other) == fault.Status {
				continue
			}
			all = append(all, onePlan(random, fault.Kind(one), chunks)+","+onePlan(random, fault.Kind(other), chunks))
		}
	}
	return all
}
