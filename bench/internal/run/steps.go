package run

import "time"

// fewest is the number of events that a window of a step has at least. With
// fewer, what a server does on its own now and then would weigh in the cost of
// an event.
const fewest = 2000

// Steps are the loads of a scenario, one after the other. Of a scenario without
// sizes, attacks and holds it is the scenario itself.
func (s Scenario) Steps() []Scenario {
	if s.Sizes == nil && s.Attacks == nil && s.Holds == nil {
		return []Scenario{s}
	}
	var steps []Scenario
	for _, attack := range s.Attacks {
		step := s
		step.Attacks, step.Attack = nil, attack
		steps = append(steps, step)
	}
	for _, hold := range s.Holds {
		step := s
		step.Holds, step.Hold = nil, hold
		steps = append(steps, step)
	}
	for _, streams := range s.Sizes {
		step := s
		step.Sizes, step.Work.Streams = nil, streams
		// Few streams open slowly, or the events of all would fall together
		// ever after.
		step.Ramp = min(s.Ramp, float64(streams)/s.Work.Interval.Seconds())
		step.Window = max(s.Window, fewest*s.Work.Interval/time.Duration(streams))
		steps = append(steps, step)
	}
	return steps
}

// turnOverhead is what a turn takes beside the load, as measured: a server and a
// client start and stop.
const turnOverhead = 1500 * time.Millisecond

// Expected is how long the scenario takes if so many servers take part.
func (s Scenario) Expected(servers int) (sum time.Duration) {
	for _, step := range s.Steps() {
		sum += step.ramp() + max(step.steady(), step.answer()) + turnOverhead
	}
	return sum * time.Duration(servers*s.Rounds)
}
