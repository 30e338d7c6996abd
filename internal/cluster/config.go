package cluster

import (
	"errors"
	"fmt"
	"slices"
)

// Config is what a cluster is made of. Dir and the programs are needed.
type Config struct {
	Dir string // where logs and data are; it exists

	Engines int // 1, or at least 3; 0 is 3
	Nodes   int // 0 is 3

	Server Program // a node: sseserver
	Engine Program // an engine: takes the path of a nats-server's configuration as its only argument

	// FirstPort is where the first node listens, and the others at each tenth port
	// after it. Of those that are taken it is the next one that is free. A node's
	// admin listener has the port after it. 0 is any free ports.
	FirstPort int
	// NodeFlags are added to the flags of each node, and replace those that are set
	// here.
	NodeFlags []string

	// Ended is told of each member that has ended though nobody asked it to, and
	// how. Each call has a goroutine of its own, so it may wait. nil tells nobody.
	Ended func(member *Member, how error)
}

// Program is how a program is started.
type Program struct {
	Path string
	Args []string // before those that the cluster adds
	Env  []string // added to that of the caller
}

const (
	defaultSize = 3
	maxSize     = 9
	maxReplicas = 3 // of each message
)

// withDefaults checks the config.
func (c Config) withDefaults() (Config, error) {
	if c.Engines == 0 {
		c.Engines = defaultSize
	}
	if c.Nodes == 0 {
		c.Nodes = defaultSize
	}
	switch {
	case c.Dir == "" || c.Server.Path == "" || c.Engine.Path == "":
		return c, errors.New("cluster: a directory and two programs are needed")
	case c.Engines == 2 || c.Engines < 1 || c.Engines > maxSize:
		return c, fmt.Errorf("cluster: engines must be 1, or from 3 to %d, got %d", maxSize, c.Engines)
	case c.Nodes < 1 || c.Nodes > maxSize:
		return c, fmt.Errorf("cluster: nodes must be from 1 to %d, got %d", maxSize, c.Nodes)
	}
	c.NodeFlags = slices.Clone(c.NodeFlags)
	return c, nil
}

// replicas is how many engines have each message: with three, one may be lost.
func (c Config) replicas() int { return min(c.Engines, maxReplicas) }
