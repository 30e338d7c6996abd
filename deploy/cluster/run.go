package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sseserver/internal/cluster"
	"sseserver/internal/cmdline"
)

// process is what the program gets from the system, so that a test can be it.
type process struct {
	args           []string // without the program's name
	stdin          io.Reader
	stdout, stderr io.Writer
	signals        <-chan os.Signal // the first one stops, the second one insists
}

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1 // could not start, or was told twice to stop
	exitInvalid = 2 // the command line is not valid
)

const (
	firstPort = 4400
	startTime = time.Minute      // until all are ready, once they are built
	stopTime  = 15 * time.Second // before what has not ended is killed
	drain     = "--drain=1s"     // of each node: nobody wants to wait for streams of an experiment
)

// Reasons for an end that leaves something undone.
var (
	errInterrupted = errors.New("cluster: interrupted")
	errSlow        = fmt.Errorf("cluster: what had not ended after %s was killed", stopTime)
)

// run is the whole program; it returns the exit code.
func run(p process) int {
	o, err := parse(p.args, p.stdout)
	switch {
	case errors.Is(err, cmdline.ErrAnswered):
		return exitOK
	case err != nil:
		fmt.Fprintln(p.stderr, "cluster:", err)
		return exitInvalid
	}
	ctx, hurry, end := p.listen()
	defer end()
	err = p.with(o, func(dir string) error { return p.serve(ctx, hurry, o, dir) })
	if err != nil {
		fmt.Fprintln(p.stderr, err)
		return exitFailed
	}
	return exitOK
}

// listen returns a context that the first signal ends, and one that the second
// one does. Both have ended, and nothing runs any more, after end.
func (p process) listen() (asked, insisted context.Context, end func()) {
	asked, ask := context.WithCancelCause(context.Background())
	insisted, insist := context.WithCancelCause(context.Background())
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for _, pass := range []context.CancelCauseFunc{ask, insist} {
			select {
			case <-p.signals:
			case <-stop:
			}
			pass(errInterrupted)
		}
	}()
	return asked, insisted, func() { close(stop); <-done }
}

// with calls serve with the directory that the options ask for. One that nobody
// asked for is removed.
func (p process) with(o options, serve func(dir string) error) error {
	if o.keep != "" {
		dir, err := filepath.Abs(o.keep)
		if err == nil {
			err = os.MkdirAll(dir, 0o700)
		}
		if err != nil {
			return fmt.Errorf("cluster: %w", err)
		}
		return serve(dir)
	}
	dir, err := os.MkdirTemp("", "sseserver-cluster-")
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return errors.Join(serve(dir), os.RemoveAll(dir))
}

// serve runs a cluster until ctx ends, and then stops it, in a hurry once that
// ends, too.
func (p process) serve(ctx, hurry context.Context, o options, dir string) error {
	ended, gone := make(chan end), make(chan struct{})
	defer close(gone)
	c, err := p.start(ctx, o, dir, func(m *cluster.Member, how error) {
		select {
		case ended <- end{m, how}:
		case <-gone:
		}
	})
	if err != nil {
		return err
	}
	p.show(ctx, c, dir)
	p.attend(ctx, c, ended)
	fmt.Fprintln(p.stdout, "\nStopping all. Ctrl-C once more does it at once.")
	hurry, cancel := context.WithTimeoutCause(hurry, stopTime, errSlow)
	defer cancel()
	c.Stop(hurry)
	return context.Cause(hurry)
}

// start starts the cluster.
func (p process) start(ctx context.Context, o options, dir string, ended func(*cluster.Member, error)) (*cluster.Cluster, error) {
	server, err := p.build(ctx, o, dir)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	fmt.Fprintf(p.stdout, "Starting %s and %s …\n", count(o.engines, "engine"), count(o.nodes, "node"))
	waiting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	c, err := cluster.Start(waiting, cluster.Config{
		Dir: dir, Engines: o.engines, Nodes: o.nodes,
		Server:    cluster.Program{Path: server},
		Engine:    cluster.Program{Path: self, Args: []string{engineArg}},
		FirstPort: firstPort,
		NodeFlags: append([]string{drain}, o.nodeFlags...),
		Ended:     ended,
	})
	return c, interrupted(ctx, err)
}

// build returns the path of the server.
func (p process) build(ctx context.Context, o options, dir string) (string, error) {
	if o.server != "" {
		return filepath.Abs(o.server) // which is a path, also where a shell would look for a name
	}
	fmt.Fprintln(p.stdout, "Building the server …")
	return cluster.Build(ctx, dir, "cmd/sseserver")
}

// interrupted is an error, or why ctx ended, of which the error is a consequence.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
