package report

import (
	"maps"
	"strings"
	"testing"

	"sseserver/internal/load"
)

// faulty is a run with faults on demand, two of which did not happen.
func faulty(t *testing.T) *Report {
	return example(t, func(r *load.Result) {
		r.Config.Fault, r.Config.Seed = "cut@12,drop:5%", 7
		for kind, n := range map[string]int{"drop": 3, "cut": 100} {
			for range n {
				r.Tally.FaultHappened(kind)
			}
		}
		r.Tally.FaultMissing("drop")
		r.Tally.FaultMissing("drop")
	}, "fault_missing==0")
}

// The faults that happened are told in the order in which plans are explained.
func TestFaultsInTheSummary(t *testing.T) {
	got := summary(t, faulty(t))
	for _, want := range []string{
		"\nfaults        100 cut, 3 drop (cut@12,drop:5%, seed 7)\n              that did not happen: 2 drop\n", "✗ fault_missing==0            2",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got := summary(t, example(t, nil)); strings.Contains(got, "faults") {
		t.Errorf("without a plan:\n%s", got)
	}
	none := summary(t, example(t, func(r *load.Result) { r.Config.Fault = "bom" }))
	if want := "\nfaults        none seen (bom, seed 0)\n"; !strings.Contains(none, want) {
		t.Errorf("no %q in\n%s", want, none)
	}
}

func TestFaultsAreMerged(t *testing.T) {
	a, b := faulty(t), faulty(t)
	b.Started = b.Started.Add(1)
	merged, err := Merge([]Source{{"a.json", a}, {"b.json", b}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := merged.Faults
	if !maps.Equal(f.Happened, map[string]uint64{"cut": 200, "drop": 6}) || !maps.Equal(f.Missing, map[string]uint64{"drop": 4}) || merged.Counts.FaultMissing != 4 {
		t.Errorf("merged: %+v, %d missing", f, merged.Counts.FaultMissing)
	}
	if a.Faults.Happened["cut"] != 100 {
		t.Errorf("a part has changed: %+v", a.Faults)
	}
}
