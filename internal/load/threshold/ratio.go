package threshold

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Comparison is a condition on two runs. Make it with ParseComparison.
type Comparison struct {
	Threshold
	Relative bool // on the ratio of the second run to the first, not on the second
}

// ParseComparison reads one condition. Its value is a factor if it ends in x:
//
//	lateness.p99<1.1x        at most a tenth more than in the first run
//	events_per_second>0.95x  at least nineteen twentieths of it
//	lost==0                  in the second run, as in Parse
func ParseComparison(text string) (Comparison, error) {
	compact := strings.Join(strings.Fields(text), "")
	condition, relative := strings.CutSuffix(compact, "x")
	if !relative {
		t, err := Parse(text)
		return Comparison{Threshold: t}, err
	}
	i := strings.LastIndexAny(condition, "<>=!") + 1
	left, value := condition[:i], condition[i:]
	// Every name takes the value 0, so only the rest can be wrong.
	t, err := Parse(left + "0")
	if cause := errors.Unwrap(err); cause != nil {
		return Comparison{}, fmt.Errorf("%q: %w", text, cause)
	}
	if err != nil { // no comparison in it that Parse knows, and it says so of the whole
		_, err = Parse(text)
		return Comparison{}, err
	}
	factor, err := number(value)
	if err != nil || factor < 0 || math.IsInf(factor, 0) {
		return Comparison{}, fmt.Errorf("%q: %q is no factor, want for example 1.1x", text, value+"x")
	}
	t.Text, t.value = compact, factor
	return Comparison{Threshold: t, Relative: true}, nil
}

// Ratio is how many times a the value b is. Nothing has not changed from
// nothing, and something is infinitely more.
func Ratio(a, b float64) float64 {
	switch {
	case a == b:
		return 1
	case a == 0:
		return math.Inf(1)
	}
	return b / a
}
