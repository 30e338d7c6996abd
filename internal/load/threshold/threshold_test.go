package threshold

import (
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/measure"
)

func TestMeets(t *testing.T) {
	tests := []struct {
		text     string
		observed float64
		want     bool
	}{
		{"lateness.p99<50ms", 49_999, true},
		{"lateness.p99<50ms", 50_000, false},
		{"lateness.p99 <= 50ms", 50_000, true},
		{"ttfe.max<1.5s", 1_400_000, true},
		{"itl.p99.9>=1ms", 1000, true},
		{"itl.count>0", 0, false},
		{"event_rate.p10>20", 20_000, false}, // recorded in thousandths
		{"event_rate.p10>20", 20_001, true},
		{"event_rate.count>=20", 20, true},
		{"byte_rate.p50>1000", 1001, true},
		{"duration.p99<30s", 29_999_999, true},
		{"coalesced<5%", 0.04, true},
		{"events_per_read.mean<2", 1.5, true},
		{"lost==0", 0, true},
		{"lost==0", 1, false},
		{"lost!=0", 1, true},
		{"duplicate<0.1%", 0.0005, true},
		{"duplicate<0.1%", 0.002, false},
		{"goodput>=99%", 0.99, true},
		{"goodput>=0.99", 0.98, false},
		{"events_per_second>1000", 1000, false},
		{"errors<=3", 3, true},
	}
	for _, tt := range tests {
		threshold, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := threshold.Meets(tt.observed); got != tt.want {
			t.Errorf("%s with %v: got %v, want %v", tt.text, tt.observed, got, tt.want)
		}
	}
}

func TestParseErrorsSayWhatIsWrong(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "no comparison"},
		{"lost", "no comparison"},
		{"lost=0", "unknown comparison"},
		{"lateness<50ms", "say which statistic"},
		{"lateness.p101<50ms", `unknown statistic "p101"`},
		{"lateness.q99<50ms", `unknown statistic "q99"`},
		{"lateness.p1e1<50ms", `unknown statistic "p1e1"`},
		{"lateness.p99<50", `"50" is no duration`},
		{"latenes.p99<50ms", `unknown name "latenes"; did you mean lateness?`},
		{"gap.p99<50ms", `unknown name "gap"; did you mean itl?`},
		{"ttft.p99<50ms", `unknown name "ttft"; did you mean ttfe?`},
		{"frobnication<5", "want one of append, "},
		{"event_rate.p10>20ms", `"20ms" is no number`},
		{"lost.p99==0", `"lost" has no statistic`},
		{"lost==none", `"none" is no number`},
		{"lost==NaN", `"NaN" is no number`},
		{"goodput>101%", `"101%" is no ratio`},
	}
	for _, tt := range tests {
		_, err := Parse(tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got error %v, want one line with %q", tt.text, err, tt.want)
		}
	}
}

func TestDefaultsGiveWay(t *testing.T) {
	texts := func(list []Threshold) string {
		var out []string
		for _, t := range list {
			out = append(out, t.Text)
		}
		return strings.Join(out, " ")
	}
	if got, want := texts(WithDefaults(nil)), "lost==0 duplicate==0 reordered==0 corrupt==0 failed==0 truncated==0 empty==0 errors==0 events>0"; got != want {
		t.Errorf("none given: got %s, want %s", got, want)
	}
	given := []Threshold{Must("lost<1%"), Must("lateness.p99<50ms")}
	if got, want := texts(WithDefaults(given)), "lost<1% lateness.p99<50ms duplicate==0 reordered==0 corrupt==0 failed==0 truncated==0 empty==0 errors==0 events>0"; got != want {
		t.Errorf("lost given: got %s, want %s", got, want)
	}
}

func TestBudgets(t *testing.T) {
	budgets := Budgets([]Threshold{
		Must("lateness.p99<50ms"), Must("itl.max<=1s"), Must("lateness.mean<1ms"),
		Must("lateness.p50>1ms"), Must("lost==0"), Must("probe.p99<10ms"),
	})
	if len(budgets) != 2 {
		t.Fatalf("got %d budgets, want those of the percentile and of the maximum", len(budgets))
	}
	p99, most := budgets[0], budgets[1]
	if p99.Metric != measure.Lateness || !p99.Exceeds(50*time.Millisecond) || p99.Exceeds(49*time.Millisecond) {
		t.Errorf("the percentile's bound is wrong: %+v", p99)
	}
	if !p99.Allows(1, 100) || p99.Allows(2, 100) || p99.Allows(1, 99) || !p99.Allows(0, 0) {
		t.Error("p99 must allow one value of a hundred beyond it, and no more")
	}
	if most.Metric != measure.ITL || most.Exceeds(time.Second) || !most.Allows(0, 5) || most.Allows(1, 5) {
		t.Error("a maximum must allow no value beyond it")
	}
}
