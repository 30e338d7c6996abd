package field

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"sseserver/internal/cluster"
)

// clustered is this server with NATS JetStream as its store: some nodes, and as many
// engines as each message has replicas.
type clustered struct {
	nodes, engines int
	isLive         bool // it gets live messages, from its client
}

func (c clustered) Install(ctx context.Context, w *Workshop) (string, error) {
	if _, err := w.Build(ctx, w.Repo, engineProgram, "./deploy/cluster"); err != nil {
		return "", err
	}
	return ours{name: Ours}.Install(ctx, w)
}

// engineProgram is a nats-server, if its first argument is "engine".
const engineProgram = "cluster"

// clusterStart is how long a cluster may take until it is ready.
const clusterStart = 30 * time.Second

func (c clustered) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	dir, err := os.MkdirTemp(w.Dir, "cluster-")
	if err != nil {
		return nil, fmt.Errorf("field: %w", err)
	}
	config, err := c.config(w, dir)
	if err != nil {
		return nil, err
	}
	starting, cancel := context.WithTimeout(ctx, clusterStart)
	defer cancel()
	all, err := cluster.Start(starting, config)
	if err != nil {
		return nil, fmt.Errorf("field: %w", err)
	}
	running := &Running{Cluster: all, Base: all.Nodes[0].URL, URL: all.Nodes[0].URL, Admin: all.Nodes[0].Admin, IsLive: c.isLive}
	if c.isLive {
		return running, nil
	}
	return running.submit(ctx, work)
}

// config has a single node on the servers' core, as other servers are. Everything else
// may use all cores.
func (c clustered) config(w *Workshop, dir string) (cluster.Config, error) {
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return cluster.Config{}, fmt.Errorf("field: %w", err)
	}
	everywhere := "0-" + strconv.Itoa(runtime.NumCPU()-1)
	core := everywhere
	if c.nodes == 1 {
		core = strconv.Itoa(w.Core)
	}
	return cluster.Config{
		Dir: dir, Nodes: c.nodes, Engines: c.engines,
		Server: cluster.Program{Path: taskset, Args: []string{"-c", core, w.path(Ours)}},
		Engine: cluster.Program{Path: taskset, Args: []string{"-c", everywhere, w.path(engineProgram), "engine"}},
		Ended:  func(m *cluster.Member, how error) { w.Log.Printf("%s has ended: %v", m.Name, how) },
	}, nil
}

// stopCluster is how long a cluster may take to end before it is killed.
const stopCluster = 5 * time.Second

func stop(all *cluster.Cluster) {
	ctx, cancel := context.WithTimeout(context.Background(), stopCluster)
	defer cancel()
	all.Stop(ctx)
}

// EnginePIDs are the processes of the engines; none, if the server has none.
func (r *Running) EnginePIDs() (pids []int) {
	if r.Cluster == nil {
		return nil
	}
	for _, engine := range r.Cluster.Engines {
		pids = append(pids, engine.PID())
	}
	return pids
}
