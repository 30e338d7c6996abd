package load

import (
	"sync"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// group is a part of a worker's clients that share a ledger. Its mutex guards
// the ledger and the streams of its clients; it is held for the judgement of
// one event, never over anything that waits.
type group struct {
	mu      sync.Mutex
	ledger  track.Ledger
	clients []*client   // that have been opened and are not done
	rounds  map[int]int // streams that each client has read, by its index; nil unless clients come again
	starved uint64      // connections that this machine could not make
}

func newGroup(plan *track.Plan, windows track.Windows) *group {
	return &group{ledger: track.Ledger{Plan: plan, Windows: windows}}
}

// add takes a client whose plan is to open at a moment.
func (g *group) add(c *client, planned time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ledger.Tally.Timeline.At(planned).Planned++
	c.place = int32(len(g.clients))
	c.reading = true // as soon as it runs
	g.clients = append(g.clients, c)
	g.ledger.Tally.Counts.Clients++
	if c.role.unjudged() {
		g.ledger.Tally.Counts.SlowClients++
	}
}

// remove lets go of a client that is done. Its place goes to the last one.
func (g *group) remove(c *client) {
	g.mu.Lock()
	defer g.mu.Unlock()
	end := len(g.clients) - 1
	g.clients[c.place] = g.clients[end]
	g.clients[c.place].place = c.place
	g.clients[end] = nil
	g.clients = g.clients[:end]
}

// left notes that a client has gone as planned.
func (g *group) left(at time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ledger.Tally.Timeline.At(at).Left++
}

// setWindows moves the end of the run forward.
func (g *group) setWindows(w track.Windows) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ledger.Windows = w
}

// satisfied tells whether none of the clients has anything to wait for.
func (g *group) satisfied() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.clients {
		if c.reading && !c.stream.Satisfied(&g.ledger) {
			return false
		}
	}
	return true
}

// second is a copy of what happened so far in one second of the run.
func (g *group) second(i int) (copied measure.Second) {
	g.mu.Lock()
	defer g.mu.Unlock()
	copied.Add(*g.ledger.Tally.Timeline.At(time.Duration(i) * time.Second))
	return copied
}

// addLateness adds what is known of the latenesses of events due in one second.
func (g *group) addLateness(second int, row []uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for bucket, n := range g.ledger.Tally.Timeline.At(time.Duration(second) * time.Second).Lateness {
		row[bucket] += n
	}
}
