package run

import (
	"slices"
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

	// Sizes makes a scenario of several steps: the same load with so many streams,
	// smallest first. Nil is one step, with the streams of Work.
	Sizes []int

	// Attacks makes a scenario of several steps, too: the same load beside each of
	// them. Attack is that of a step; empty for a scenario without.
	Attacks []string
	Attack  string

	// Holds makes a scenario without streams, of several steps: so many live messages,
	// which nobody reads. Hold is that of a step.
	Holds []Hold
	Hold  Hold

	Probe bool  // submit messages and open streams during the window, and time the answers
	Churn Churn // clients that come and go during the window
}

// Has says whether a server takes part. The server that this one is compared
// with takes part wherever this one does, and live messages, chat completions and servers
// with engines only where they are named.
func (s Scenario) Has(name string) bool {
	if name == field.Before {
		name = field.Ours
	}
	everywhere := !slices.Contains([]string{field.Live, field.Chat, field.Nats, field.NatsLive, field.NatsLive3, field.Cluster}, name)
	return s.Servers == nil && everywhere || slices.Contains(s.Servers, name)
}

// Churn is clients that come, and go without a word. The zero value is none.
type Churn struct {
	PerSecond int           // clients that come, and as many that go
	Stay      time.Duration // the longest that one stays
}

// settle lets the end of the ramp pass, before the window that is measured.
const settle = time.Second

// The scenarios whose results are published apart from the others.
const (
	Main     = "main"
	Churning = "churn"
	Growth   = "growth"
	Fair     = "fair"
	Chat     = "chat"      // many answers of the chat wire
	Live     = "live"      // many streams of one live message
	LiveEach = "live-each" // a stream each of many
	LivePipe = "live-pipe" // the same, with a pipe each
	LiveHeld = "live-held" // none at all

	Cluster         = "cluster"          // nodes and engines are killed
	ClusterDelivery = "cluster-delivery" // from one node to another
	ClusterStored   = "cluster-stored"   // what an engine costs streams of stored messages
	ClusterLive     = "cluster-live"     // and live messages
	ClusterAppends  = "cluster-appends"  // as many as there can be
)

// Quick is under three minutes: the main scenario, shorter.
func Quick() []Scenario {
	return []Scenario{main(3, 3*time.Second)}
}

// Full is all scenarios. churn is how long the clients come and go. A ramp takes
// whole intervals where that can be, so that the streams' events spread evenly.
func Full(churn time.Duration) []Scenario {
	return []Scenario{
		main(3, 12*time.Second),
		{
			Name: "memory", Title: "10 000 streams of 1 event/s",
			Work: field.Work{Streams: 10_000, Interval: time.Second},
			Ramp: 2000, Window: 10 * time.Second, Rounds: 1, Protocol: http1,
		},
		{
			Name: "busy", Title: "5 000 streams of 10 events/s",
			Work: field.Work{Streams: 5_000, Interval: 100 * time.Millisecond},
			Ramp: 500, Window: 12 * time.Second, Rounds: 2, Protocol: http1,
		},
		{
			Name: "saturated", Title: "10 000 streams of 10 events/s, more than one core can do",
			Work: field.Work{Streams: 10_000, Interval: 100 * time.Millisecond},
			Ramp: 2000, Window: 15 * time.Second, Rounds: 2, Protocol: http1, Probe: true,
		},
		{
			Name: Growth, Title: "100 to 19 000 streams of 1 event/s",
			Work: field.Work{Interval: time.Second}, Sizes: []int{100, 1_000, 5_000, 10_000, 19_000},
			Ramp: 1000, Window: 10 * time.Second, Rounds: 1, Protocol: http1,
			Servers: []string{field.Floor, field.Ours, "nchan", "plain"},
		},
		{
			Name: Churning, Title: "5 000 streams of 1 event/s, and 2 000 clients a second that come and go",
			Work: field.Work{Streams: 5_000, Interval: time.Second},
			Ramp: 1000, Window: churn, Rounds: 1, Protocol: http1, Servers: []string{field.Ours},
			Churn: Churn{PerSecond: 2000, Stay: time.Second},
		},
		{
			Name: Fair, Title: "50 streams of 20 events/s, beside a client that attacks",
			Work: field.Work{Streams: 50, Interval: 50 * time.Millisecond}, Attacks: attackNames(),
			Ramp: 50, Window: 10 * time.Second, Rounds: 2, Protocol: http1, Servers: []string{field.Ours},
		},
		{
			Name: Live, Title: "2 000 streams of one live message, 20 chunks/s",
			Work: field.Work{Streams: 2_000, Interval: 50 * time.Millisecond, Messages: 1},
			Ramp: 1000, Window: 12 * time.Second, Rounds: 5, Protocol: http1, Servers: []string{field.Ours, field.Live},
		},
		{
			Name: LiveEach, Title: "2 000 live messages of 5 chunks/s, each with a stream",
			Work: field.Work{Streams: 2_000, Interval: 200 * time.Millisecond, Messages: 2_000},
			Ramp: 1000, Window: 12 * time.Second, Rounds: 3, Protocol: http1, Servers: []string{field.Live},
		},
		{
			Name: LivePipe, Title: "2 000 live messages of 5 chunks/s through a pipe each, each with a stream",
			Work: field.Work{Streams: 2_000, Interval: 200 * time.Millisecond, Messages: 2_000, Pipe: true},
			Ramp: 1000, Window: 12 * time.Second, Rounds: 3, Protocol: http1, Servers: []string{field.Live},
		},
		{
			Name: LiveHeld, Title: "live messages that nobody reads",
			Holds: []Hold{{100_000, 0}, {10_000, 300}}, Rounds: 1, Protocol: http1, Servers: []string{field.Live},
		},
		{
			Name: Chat, Title: "10 000 chat completions of 45 words, 1 word/s",
			Work: field.Work{Streams: 10_000, Interval: time.Second, Words: 45},
			Ramp: 500, Window: 10 * time.Second, Rounds: 1, Protocol: http1, Servers: []string{field.Chat},
		},
		{
			Name: Cluster, Title: "500 live and 500 stored messages with 2 000 clients, while each node and each engine is killed",
			Work: field.Work{Streams: killedStored + killedReaders, Interval: time.Second, Messages: killedMessages},
			Ramp: 500, Window: killWindow, Rounds: 1, Protocol: http1, Servers: []string{field.Cluster},
		},
		{
			Name: ClusterDelivery, Title: "1 000 chunks/s that are appended on one node and read on another",
			Work: field.Work{Streams: 100, Interval: 100 * time.Millisecond, Messages: 100},
			Ramp: 100, Window: 15 * time.Second, Rounds: 2, Protocol: http1, Servers: []string{field.Cluster},
		},
		{
			Name: ClusterStored, Title: "2 000 streams of 10 events/s, with and without an engine",
			Work: field.Work{Streams: 2_000, Interval: 100 * time.Millisecond},
			Ramp: 2000, Window: 8 * time.Second, Rounds: 2, Protocol: http1, Servers: []string{field.Ours, field.Nats},
		},
		{
			Name: ClusterLive, Title: "1 000 live messages of 1 chunk/s, each with a stream, with and without engines",
			Work: field.Work{Streams: 1_000, Interval: time.Second, Messages: 1_000},
			Ramp: 500, Window: 8 * time.Second, Rounds: 2, Protocol: http1, Servers: []string{field.Live, field.NatsLive, field.NatsLive3},
		},
		{
			Name: ClusterAppends, Title: "as many appends as 64 producers can make, one message each",
			Work: field.Work{Messages: 64}, Ramp: 1, Window: 4 * time.Second, Rounds: 1, Protocol: http1,
			Servers: []string{field.Live, field.NatsLive, field.NatsLive3},
		},
		{
			Name: "h2c", Title: "100 000 HTTP/2 streams of 1 event in 10 s",
			Work: field.Work{Streams: 100_000, Interval: 10 * time.Second},
			Ramp: 2500, Window: 30 * time.Second, Rounds: 1, Protocol: h2c, Servers: []string{field.Ours},
		},
	}
}

// How sseload calls the protocols.
const (
	http1 = "http1"
	h2c   = "h2c"
)

func main(rounds int, window time.Duration) Scenario {
	return Scenario{
		Name: Main, Title: "2 000 streams of 10 events/s",
		Work: field.Work{Streams: 2_000, Interval: 100 * time.Millisecond},
		Ramp: 2000, Window: window, Rounds: rounds, Protocol: http1,
	}
}
