package run

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sseserver/bench/internal/field"
)

func TestSteps(t *testing.T) {
	s := Scenario{Name: "x", Work: field.Work{Interval: time.Second}, Ramp: 1000, Window: 10 * time.Second, Sizes: []int{100, 1_000, 19_000}, Rounds: 2}
	var got []string
	for _, step := range s.Steps() {
		got = append(got, fmt.Sprintf("%s %d %v %v", step.Name, step.Work.Streams, step.Ramp, step.Window))
	}
	// 100 streams get the time for 2000 events, and do not open all at once.
	if got, want := strings.Join(got, "; "), "x 100 100 20s; x 1000 1000 10s; x 19000 1000 10s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// The ramps are 1, 1 and 19 s; each turn has a second to settle and half a
	// second more.
	if got, want := s.Expected(3), 6*(1+1+19+20+10+10+3*1+3*1500/1000.)*time.Second; got != want {
		t.Errorf("expected: got %v, want %v", got, want)
	}
}

func TestAScenarioWithoutSizesIsItsOnlyStep(t *testing.T) {
	s := main(3, time.Second)
	if steps := s.Steps(); len(steps) != 1 || steps[0].Work != s.Work || steps[0].Ramp != s.Ramp {
		t.Errorf("got %+v", steps)
	}
}

// Streams that open over whole intervals spread their events evenly.
func TestRampsTakeWholeIntervals(t *testing.T) {
	for _, s := range Full(time.Minute) {
		for _, step := range s.Steps() {
			if step.Work.Streams > 0 && step.ramp()%step.Work.Interval != 0 {
				t.Errorf("%s, %d streams: they open within %v, their interval is %v", s.Name, step.Work.Streams, step.ramp(), step.Work.Interval)
			}
		}
	}
}

func TestHas(t *testing.T) {
	all, few := Scenario{}, Scenario{Servers: []string{field.Ours}}
	if !all.Has("x") || few.Has("x") || !few.Has(field.Ours) || !few.Has(field.Before) {
		t.Error("want all servers where none is named, else those named, and before where this server is")
	}
	if live := (Scenario{Servers: []string{field.Live}}); all.Has(field.Live) || !live.Has(field.Live) {
		t.Error("want live messages only where they are named")
	}
}
