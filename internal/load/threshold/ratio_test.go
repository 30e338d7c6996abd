package threshold

import (
	"math"
	"strings"
	"testing"
)

func TestComparison(t *testing.T) {
	for text, ratios := range map[string]struct{ meets, fails float64 }{
		"lateness.p99<1.1x":         {1.05, 1.1},
		"events_per_second > 0.95x": {1, 0.95},
		"lost<=2x":                  {2, math.Inf(1)},
		"goodput>=1x":               {1, 0.999},
		"ttfe.count==1x":            {1, 2},
	} {
		c, err := ParseComparison(text)
		if err != nil || !c.Relative || !c.Meets(ratios.meets) || c.Meets(ratios.fails) {
			t.Errorf("%s: got %+v, %v; want it to hold for %v, not for %v", text, c, err, ratios.meets, ratios.fails)
		}
	}
	if c, err := ParseComparison("lateness.max<5ms"); err != nil || c.Relative || !c.Meets(4999) || c.Meets(5000) {
		t.Errorf("a plain condition: got %+v, %v", c, err)
	}
}

func TestComparisonRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"latenes.p99<1.1x": `unknown name "latenes"`, "lateness<1.1x": "say which statistic", "lateness.p99<5msx": `"5msx" is no factor`,
		"lost<-1x": `"-1x" is no factor`, "lost<x": `"x" is no factor`, "lost<Infx": "is no factor", "lost1x": "no comparison", "x": "no comparison",
	} {
		if _, err := ParseComparison(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
}

func TestRatio(t *testing.T) {
	for _, tt := range []struct{ a, b, want float64 }{{0, 0, 1}, {0, 3, math.Inf(1)}, {4, 0, 0}, {4, 5, 1.25}} {
		if got := Ratio(tt.a, tt.b); got != tt.want {
			t.Errorf("from %v to %v: got %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
