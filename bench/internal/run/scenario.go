package run

import (
	"time"

	"sseserver/bench/internal/field"
)

// Scenario is one load for one or more servers.
type Scenario struct {
	Name, Title string
	Work        field.Work
	Ramp        float64       // streams opened per second; a stream that a busy server begins late is late for good
	Window      time.Duration // steady, after the ramp
	Rounds      int
	Protocol    string   // as sseload calls it
	Servers     []string // names; nil for all

	Probe bool  // submit messages and open streams during the window, and time the answers
	Churn Churn // clients that come and go during the window
}

// Has says whether a server takes part.
func (s Scenario) Has(name string) bool {
	for _, server := range s.Servers {
		if server == name {
			return true
		}
	}
	return s.Servers == nil
}

// Churn is clients that come, and go without a word. The zero value is none.
type Churn struct {
	PerSecond int           // clients that come, and as many that go
	Stay      time.Duration // the longest that one stays
}

// settle lets the end of the ramp pass, before the window that is measured.
const settle = time.Second

// Main is the scenario of the table in the README.
const Main = "main"

// Quick is under three minutes: the main scenario, shorter.
func Quick() []Scenario {
	return []Scenario{main(3, 3*time.Second)}
}

// Full is all scenarios. churn is how long the clients come and go.
func Full(churn time.Duration) []Scenario {
	reference := []string{field.Floor, field.Ours, "nchan"}
	return []Scenario{
		main(3, 12*time.Second),
		{
			Name: "memory", Title: "10 000 streams of 1 event/s",
			Work: field.Work{Streams: 10_000, Interval: time.Second},
			Ramp: 2000, Window: 10 * time.Second, Rounds: 3, Protocol: http1,
		},
		{
			Name: "busy", Title: "5 000 streams of 10 events/s",
			Work: field.Work{Streams: 5_000, Interval: 100 * time.Millisecond},
			Ramp: 500, Window: 12 * time.Second, Rounds: 3, Protocol: http1,
		},
		{
			Name: "saturated", Title: "10 000 streams of 10 events/s, more than one core can do",
			Work: field.Work{Streams: 10_000, Interval: 100 * time.Millisecond},
			Ramp: 2000, Window: 15 * time.Second, Rounds: 3, Protocol: http1, Probe: true,
		},
		{
			Name: "many", Title: "19 000 streams of 1 event/s",
			Work: field.Work{Streams: 19_000, Interval: time.Second},
			Ramp: 1000, Window: 15 * time.Second, Rounds: 3, Protocol: http1, Servers: reference,
		},
		{
			Name: "churn", Title: "5 000 streams of 1 event/s, and 2 000 clients a second that come and go",
			Work: field.Work{Streams: 5_000, Interval: time.Second},
			Ramp: 1000, Window: churn, Rounds: 1, Protocol: http1, Servers: []string{field.Ours},
			Churn: Churn{PerSecond: 2000, Stay: time.Second},
		},
		{
			Name: "h2c", Title: "100 000 HTTP/2 streams of 1 event in 10 s",
			Work: field.Work{Streams: 100_000, Interval: 10 * time.Second},
			Ramp: 4000, Window: 40 * time.Second, Rounds: 1, Protocol: "h2c", Servers: []string{field.Ours},
		},
	}
}

const http1 = "http1"

func main(rounds int, window time.Duration) Scenario {
	return Scenario{
		Name: Main, Title: "2 000 streams of 10 events/s",
		Work: field.Work{Streams: 2_000, Interval: 100 * time.Millisecond},
		Ramp: 2000, Window: window, Rounds: rounds, Protocol: http1,
	}
}
