package main

import (
	"fmt"
	"log"
	"strings"
	"time"

	"sseserver/bench/internal/run"
)

// estimate tells how long it will all take, and how long each scenario.
//
//	about 41 min: main 6, memory 2, …
func (o *options) estimate(l *log.Logger) {
	var parts []string
	for _, s := range o.scenarios {
		parts = append(parts, s.Name+" "+minutes(o.expected(s)))
	}
	l.Printf("about %s min once all is prepared: %s", minutes(o.left(0)), strings.Join(parts, ", "))
}

func (o *options) expected(s run.Scenario) time.Duration { return s.Expected(len(o.field(s))) }

// left is how long it takes from the scenario with this index on.
func (o *options) left(from int) (sum time.Duration) {
	for _, s := range o.scenarios[from:] {
		sum += o.expected(s)
	}
	return sum
}

// minutes has no decimals unless there is little else.
func minutes(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.1f", d.Minutes())
	}
	return fmt.Sprintf("%.0f", d.Minutes())
}
