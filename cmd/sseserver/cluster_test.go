package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/cluster"
	"sseserver/internal/cluster/engine"
	"sseserver/internal/load"
	"sseserver/internal/load/measure"
)

// beEngine is the variable that makes the test binary an engine of a cluster, whose
// configuration is its only argument.
const beEngine = "BE_AN_ENGINE"

// runEngine does not return.
func runEngine() {
	fmt.Fprintln(os.Stderr, engine.Run(os.Args[1]))
	os.Exit(exitFailed)
}

// startCluster starts nodes and engines, which end with the test. The logs of the nodes
// are verified then, each alone and all together.
func startCluster(t *testing.T, nodes, engines int, flags ...string) *cluster.Cluster {
	t.Helper()
	program := func(variable string) cluster.Program {
		return cluster.Program{Path: os.Args[0], Env: []string{variable + "=1", "GORACE=atexit_sleep_ms=0"}}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := cluster.Start(ctx, cluster.Config{
		Dir: t.TempDir(), Server: program(beProgram), Engine: program(beEngine), Nodes: nodes, Engines: engines, NodeFlags: flags,
		Ended: func(m *cluster.Member, how error) { t.Errorf("%s has ended: %v", m.Name, how) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stopCluster(t, c)
		for _, log := range logsOf(c) {
			wantProved(t, log)
		}
		wantProved(t, logsOf(c)...)
		if t.Failed() {
			for _, m := range append(c.Nodes, c.Engines...) {
				log, _ := os.ReadFile(m.Log)
				t.Logf("the end of the log of %s:\n%s", m.Name, log[max(0, len(log)-2000):])
			}
		}
	})
	return c
}

// stopCluster ends all in order. Again it does nothing.
func stopCluster(t *testing.T, c *cluster.Cluster) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	c.Stop(ctx)
}

// logsOf are the files that the nodes have logged to.
func logsOf(c *cluster.Cluster) (files []string) {
	for _, node := range c.Nodes {
		files = append(files, node.Log)
	}
	return files
}

// wantProved proves logs in one call of `sseserver logs verify`.
func wantProved(t *testing.T, files ...string) {
	t.Helper()
	if code, out, complaints := inspect(nil, append([]string{"verify"}, files...)...); code != exitOK || complaints != "" {
		t.Errorf("logs verify %v: exit code %d, %s%s", files, code, out, complaints)
	}
}

// loaded is a run of sseload.
type loaded struct {
	underWay <-chan struct{} // closed when there are events
	result   <-chan *load.Result
}

// startLoad starts a run against all nodes.
func startLoad(t *testing.T, nodes *cluster.Cluster, c load.Config) loaded {
	t.Helper()
	c.Servers, c.Drain, c.GeneratorLimit = nodes.NodeURLs(), time.Minute, time.Minute
	underWay, result, begun := make(chan struct{}), make(chan *load.Result, 1), false
	go func() { // the test waits for the result
		defer close(result)
		r, err := load.Run(t.Context(), c, load.Watch{Tick: func(second load.Tick) {
			if !begun && second.Of.Events > 0 {
				begun = true
				close(underWay)
			}
		}})
		if err != nil {
			t.Error(err)
			return
		}
		result <- r
	}()
	return loaded{underWay, result}
}

// wantWhole waits for the end of the run, of which everything must have arrived,
// though connections broke.
func (l loaded) wantWhole(t *testing.T, what string, streams, appended uint64) {
	t.Helper()
	r := <-l.result
	if r == nil {
		return // it was told why
	}
	got := r.Tally.Counts
	if wrong := (measure.Counts{
		Lost: got.Lost, Duplicate: got.Duplicate, Reordered: got.Reordered, Corrupt: got.Corrupt,
		Failed: got.Failed, Empty: got.Empty, ResumedWrong: got.ResumedWrong, Unappended: got.Unappended,
	}); wrong != (measure.Counts{}) {
		t.Errorf("%s: %+v; errors %v, %s", what, wrong, r.Tally.Errors, r.AppendRefusal)
	}
	if got.Completed != streams || got.Good != streams || got.Appended != appended || got.Truncated == 0 || got.Reconnects == 0 {
		t.Errorf("%s: %d streams completed, %d good, %d chunks appended, %d connections cut, %d resumed; want %d, %d, %d and some; errors %v",
			what, got.Completed, got.Good, got.Appended, got.Truncated, got.Reconnects, streams, streams, appended, r.Tally.Errors)
	}
}

// A node is killed, and with it the engine that leads the others. Whoever reads
// resumes elsewhere, and gets everything, once and in order; whoever appends goes on
// there. bench/run --only cluster kills all of them in turn, under more load, and
// looks at the time that it takes.
func TestCluster(t *testing.T) {
	wantNoLeaks(t)
	c := startCluster(t, 3, 3)
	const clients, messages, chunks = 24, 8, 30
	live := startLoad(t, c, load.Config{
		Clients: clients, Ramp: 1000, Duration: chunks * 100 * time.Millisecond, Live: load.Live{On: true, Messages: messages, Rate: 10},
	})
	stored := startLoad(t, c, load.Config{
		Clients: clients, Ramp: 1000, Duration: time.Minute, Once: true, Message: strings.Repeat("text ", 6), Interval: 100 * time.Millisecond,
	})
	<-live.underWay
	<-stored.underWay
	leader, err := c.Leader(t.Context(), "sseserver")
	if err != nil {
		t.Fatal(err)
	}
	node := c.Nodes[0]
	node.Kill()
	leader.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := leader.Restart(ctx); err != nil {
		t.Error(err)
	}
	if err := node.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	stored.wantWhole(t, "stored messages", clients, 0)
	live.wantWhole(t, "live messages", clients, messages*chunks)
	wantEverywhere(t, c)
	stopCluster(t, c)
	// Only the looks that each of the two runs has at each server first end early.
	wantFailed(t, c, "6 of 57 clients did not finish: ")
}

// wantEverywhere submits a message to one node and reads it at all.
func wantEverywhere(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	const text = "everywhere"
	id := ""
	for i, node := range c.Nodes {
		at := liveServer{url: node.URL}
		if i == 0 {
			id = at.submit(t, text)
		}
		stream := at.caller(t, ssetest.HTTP1).stream("/stream/" + id + "?interval=1ms")
		stream.WantOpening()
		stream.WantText(0, text)
		at.caller(t, ssetest.HTTP1).want(http.StatusOK, id, "GET", "/messages/"+id, "")
	}
}
