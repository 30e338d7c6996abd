package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"sseserver/internal/ports"
)

// Cluster is a running one. Its methods may be called by one goroutine at a time.
type Cluster struct {
	Nodes, Engines []*Member

	lock *os.File // of the directory
}

// Start starts the engines and then the nodes, and returns once all are ready. If
// that fails, or ctx ends before, all are ended.
func Start(ctx context.Context, config Config) (*Cluster, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	lock, err := lockDir(config.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{lock: lock}
	if err := c.start(ctx, config); err != nil {
		c.Kill()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, config Config) (err error) {
	if c.Engines, err = engines(config); err != nil {
		return err
	}
	if c.Nodes, err = nodes(config, c.Engines); err != nil {
		return err
	}
	if err := startAll(ctx, c.Engines); err != nil {
		return err
	}
	if err := formed(ctx, c.Engines); err != nil {
		return err
	}
	return startAll(ctx, c.Nodes)
}

// member is what nodes and engines have in common.
func member(config Config, name string, program Program, row ports.Row) *Member {
	ended := config.Ended
	if ended == nil {
		ended = func(*Member, error) {}
	}
	return &Member{Name: name, Log: filepath.Join(config.Dir, name+".log"), program: program, ports: row, ended: ended}
}

// freePorts gives up the ports of members that do not run.
func freePorts(members []*Member) {
	for _, m := range members {
		m.ports.Free()
	}
}

// startAll starts the members at once and waits until all are ready, or one is not
// to be.
func startAll(ctx context.Context, members []*Member) error {
	for _, m := range members {
		if err := m.start(); err != nil {
			return err
		}
	}
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	waits := make(chan error, len(members)) // room for all, though each is received
	for _, m := range members {
		go func() { waits <- m.wait(ctx) }()
	}
	var first error // the others are consequences
	for range members {
		if err := <-waits; err != nil && first == nil {
			first = err
			giveUp()
		}
	}
	return first
}

// Stop asks the nodes to end and waits for that, then the engines. What has not
// ended when ctx does is killed.
func (c *Cluster) Stop(ctx context.Context) {
	stop(ctx, c.Nodes)
	stop(ctx, c.Engines)
	c.leave()
}

func stop(ctx context.Context, members []*Member) {
	for _, m := range members {
		if m.Running() {
			m.process.signal(syscall.SIGTERM)
		}
	}
	for _, m := range members {
		if m.process == nil {
			continue
		}
		select {
		case <-m.process.done:
		case <-ctx.Done():
			m.Kill()
		}
	}
}

// Kill ends all at once.
func (c *Cluster) Kill() {
	for _, members := range [][]*Member{c.Nodes, c.Engines} {
		for _, m := range members {
			m.Kill()
		}
	}
	c.leave()
}

// leave lets others have the ports and the directory.
func (c *Cluster) leave() {
	freePorts(c.Nodes)
	freePorts(c.Engines)
	_ = c.lock.Close() // again, if this is not the first time
}

// NodeURLs are the URLs of the nodes.
func (c *Cluster) NodeURLs() []string { return urls(c.Nodes) }

func urls(members []*Member) (all []string) {
	for _, m := range members {
		all = append(all, m.URL)
	}
	return all
}

// Leader finds the engine that leads a stream. It waits until there is one.
func (c *Cluster) Leader(ctx context.Context, stream string) (leader *Member, err error) {
	err = until(ctx, func() error {
		for _, m := range c.Engines {
			s, err := m.askEngine(ctx, "streams=1&stream-leader-only=1")
			if err == nil && s.leads(stream) {
				leader = m
				return nil
			}
		}
		return fmt.Errorf("cluster: no engine leads the stream %s", stream)
	})
	return leader, err
}
