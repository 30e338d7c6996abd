package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"sseserver/bench/internal/field"
	"sseserver/internal/cluster"
)

// The load while members of a cluster are killed.
const (
	killedStored   = 500 // stored messages, with a client each
	killedMessages = 500 // live messages
	killedReaders  = 1500
	storedInterval = 250 * time.Millisecond
)

// The course of the kills. A node is away for longer than its clients wait before they
// connect again, and an engine for longer than the others need for an election.
const (
	lead       = 5 * time.Second
	nodeAway   = 4 * time.Second
	engineAway = 10 * time.Second
	recovery   = 5 * time.Second // after a member is ready again, before the next is killed
	restart    = 20 * time.Second

	killWindow = lead + 3*(nodeAway+engineAway+2*recovery) + 20*time.Second
)

// KillsResult is what became of clients and producers while each member of a cluster
// was killed once.
type KillsResult struct {
	Live   KilledLoad `json:"live"`
	Stored KilledLoad `json:"stored"`
	Kills  []Kill     `json:"kills"`
}

// Kill is one of them, and what began between it and the next.
type Kill struct {
	Member string  `json:"member"`
	Leads  bool    `json:"leads"` // the engine led the messages' stream
	At     float64 `json:"at_s"`  // since the beginning of the load
	Away   float64 `json:"away_s"`
	Ready  float64 `json:"ready_s"` // how long it took to start again
	Live   Gaps    `json:"live"`
	Stored Gaps    `json:"stored"`
}

// Gaps are times without an event: outages after connections broke, and stalls of
// connections that did not.
type Gaps struct {
	Outages   uint64  `json:"outages"`
	OutageMax float64 `json:"outage_max_ms"`
	Stalls    uint64  `json:"stalls"` // of more than the interval and a second
	StallMax  float64 `json:"stall_max_ms"`
}

// Times are some percentiles, in ms.
type Times struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// KilledLoad is one of the loads, over all of the run.
type KilledLoad struct {
	Streams   uint64            `json:"streams"`
	Completed uint64            `json:"completed"` // to their end, with the right digest
	Events    uint64            `json:"events"`
	Appended  uint64            `json:"appended"`
	Wrong     map[string]uint64 `json:"wrong"` // what must not be there; only what is
	Broken    uint64            `json:"broken_connections"`
	Resumed   uint64            `json:"resumed_connections"`
	Errors    map[string]uint64 `json:"errors"` // requests that failed, and were made again
	Outage    Times             `json:"outage_ms"`
	Stall     Times             `json:"stall_ms"`
}

// kills loads a cluster and kills its members in turn.
func (b *Bench) kills(ctx context.Context, s Scenario, running *field.Running) (*KillsResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	nodes := running.Cluster.NodeURLs()
	var live, stored loadReport
	var errs [2]error
	var loads sync.WaitGroup
	loads.Go(func() { live, errs[0] = b.killed(ctx, "live", liveWhileKilled(s, nodes)) })
	loads.Go(func() { stored, errs[1] = b.killed(ctx, "stored", storedWhileKilled(s, nodes)) })
	kills, err := b.killAll(ctx, s.ramp()+lead, running.Cluster)
	if err != nil {
		cancel()
	}
	loads.Wait()
	for _, one := range append([]error{err}, errs[:]...) {
		if one != nil {
			return nil, one
		}
	}
	if kills[len(kills)-1].at.After(live.end()) {
		return nil, errors.New("run: the load had ended before the last kill")
	}
	return &KillsResult{Live: live.killed(), Stored: stored.killed(), Kills: results(kills, live, stored)}, nil
}

func liveWhileKilled(s Scenario, nodes []string) []string {
	rate := strconv.FormatFloat(time.Second.Seconds()/s.Work.Interval.Seconds(), 'f', -1, 64)
	return append(
		[]string{"--live", "--live-messages", strconv.Itoa(killedMessages), "--append-rate", rate, "--duration", killWindow.String()},
		whileKilled(s, killedReaders, nodes)...,
	)
}

// storedWhileKilled has messages that end a little before the run, so that their digests
// come, too.
func storedWhileKilled(s Scenario, nodes []string) []string {
	return append(
		[]string{"--once", "--interval", storedInterval.String(), "--message-bytes", strconv.Itoa(int((killWindow - lead) / storedInterval)), "--duration", killWindow.String()},
		whileKilled(s, killedStored, nodes)...,
	)
}

// whileKilled are the options of both. They open at the same pace.
func whileKilled(s Scenario, clients int, nodes []string) []string {
	ramp := s.Ramp * float64(clients) / float64(killedStored+killedReaders)
	return append([]string{
		"--clients", strconv.Itoa(clients), "--ramp", strconv.FormatFloat(ramp, 'f', -1, 64), "--drain", "40s",
		"--generator-limit", "10s", "--threshold", "truncated>=0", "--threshold", "errors>=0",
	}, nodes...)
}

func (b *Bench) killed(ctx context.Context, name string, args []string) (loadReport, error) {
	file := filepath.Join(b.Workshop.Dir, name+".json")
	return b.sseload(ctx, file, append([]string{b.Sseload, "--json", file}, args...))
}

// kill is one, as it happens.
type kill struct {
	Kill
	at time.Time
}

// killAll kills the nodes in turn, and then the engines, the one that leads first.
func (b *Bench) killAll(ctx context.Context, lead time.Duration, all *cluster.Cluster) (kills []kill, err error) {
	if err := pause(ctx, lead); err != nil {
		return nil, err
	}
	for _, node := range all.Nodes {
		one, err := b.kill(ctx, node, nodeAway)
		if err != nil {
			return nil, err
		}
		kills = append(kills, one)
	}
	engines := slices.Clone(all.Engines)
	for i := range engines {
		leader, err := all.Leader(ctx, streamName)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			at := slices.Index(engines, leader)
			engines[0], engines[at] = engines[at], engines[0]
		}
		one, err := b.kill(ctx, engines[i], engineAway)
		if err != nil {
			return nil, err
		}
		one.Leads = engines[i] == leader
		kills = append(kills, one)
	}
	return kills, nil
}

// streamName is the default of --nats-stream.
const streamName = "sseserver"

func (b *Bench) kill(ctx context.Context, m *cluster.Member, away time.Duration) (kill, error) {
	k := kill{Kill: Kill{Member: m.Name, Away: away.Seconds()}, at: time.Now()}
	m.Kill()
	if err := pause(ctx, away); err != nil {
		return k, err
	}
	again := time.Now()
	starting, cancel := context.WithTimeout(ctx, restart)
	defer cancel()
	if err := m.Restart(starting); err != nil {
		return k, fmt.Errorf("run: %w", err)
	}
	k.Ready = time.Since(again).Seconds()
	b.Workshop.Log.Printf("%s was killed, was away for %v, and ready again after %.1f s", m.Name, away, k.Ready)
	return k, pause(ctx, recovery)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// results finds what began after each kill, and before the next.
func results(kills []kill, live, stored loadReport) (all []Kill) {
	for i, k := range kills {
		next := time.Time{}
		if i+1 < len(kills) {
			next = kills[i+1].at
		}
		one := k.Kill
		one.At = k.at.Sub(live.Started).Seconds()
		one.Live, one.Stored = live.gaps(k.at, next), stored.gaps(k.at, next)
		all = append(all, one)
	}
	return all
}

// gaps are those of a kill; next is the moment of the one after it, zero if there is
// none.
func (r loadReport) gaps(at, next time.Time) (g Gaps) {
	for i := range r.Timeline {
		s := &r.Timeline[i]
		if r.within(i, at, next) {
			g.Outages += s.Outages
			g.OutageMax = max(g.OutageMax, s.OutageMax)
		}
		if r.within(i+stallBefore, at, next) {
			g.Stalls += s.Stalls
			g.StallMax = max(g.StallMax, s.StallMax)
		}
	}
	return g
}

// stallBefore is how many seconds before its cause a stall may begin, as it does with
// the last event before it.
const stallBefore = 2

// within says whether a second is from one moment up to another, zero being the end of
// all. The second of a moment counts as after it.
func (r loadReport) within(second int, from, to time.Time) bool {
	of := func(moment time.Time) int { return int(moment.Sub(r.Started) / time.Second) }
	return second >= of(from) && (to.IsZero() || second < of(to))
}

func (r loadReport) killed() KilledLoad {
	c := r.Counts
	wrong := map[string]uint64{}
	for name, n := range map[string]uint64{
		"lost": c.Lost, "duplicate": c.Duplicate, "reordered": c.Reordered, "corrupt": c.Corrupt, "failed": c.Failed,
		"empty": c.Empty, "resumed wrongly": c.ResumedWrong, "not appended": c.Unappended, "not completed": c.Streams - min(c.Completed, c.Streams),
	} {
		if n > 0 {
			wrong[name] = n
		}
	}
	return KilledLoad{
		Streams: c.Streams, Completed: c.Completed, Events: c.Events, Appended: c.Appended, Wrong: wrong,
		Broken: c.Truncated, Resumed: c.Reconnects, Errors: r.Errors, Outage: r.Metrics.Outage, Stall: r.Metrics.Stall,
	}
}
