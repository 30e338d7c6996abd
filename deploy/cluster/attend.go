package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"

	"sseserver/internal/cluster"
)

// end is that of a member that nobody asked for.
type end struct {
	member *cluster.Member
	how    error
}

// restart is how it went.
type restart struct {
	member *cluster.Member
	err    error
}

// attend tells which members end, and starts them again when somebody presses
// Enter, until ctx ends.
func (p process) attend(ctx context.Context, c *cluster.Cluster, ended <-chan end) {
	enter := lines(ctx, p.stdin)
	for {
		select {
		case <-ctx.Done():
			return
		case end := <-ended:
			fmt.Fprintf(p.stdout, "\n%s has ended (%v). Enter starts it again.\n", end.member.Name, end.how)
		case <-enter:
			p.restart(ctx, slices.Concat(c.Engines, c.Nodes))
		}
	}
}

// restart starts those members again that have ended. All at once: one engine of
// three waits for another one, and a node for the engines.
func (p process) restart(ctx context.Context, members []*cluster.Member) {
	waiting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	restarts, waits := 0, make(chan restart, len(members)) // room for all, though each is received
	for _, m := range members {
		if !m.Running() {
			restarts++
			go func() { waits <- restart{m, m.Restart(waiting)} }() // until m is ready, or the time is over
		}
	}
	for range restarts {
		switch done := <-waits; {
		case done.err == nil:
			fmt.Fprintf(p.stdout, "%s is ready again. It has pid %d.\n", done.member.Name, done.member.PID())
		case ctx.Err() == nil:
			fmt.Fprintln(p.stderr, done.err)
		}
	}
}

// lines sends something for each line that comes in, until ctx ends. The goroutine
// that reads ends with the input, or with the process.
func lines(ctx context.Context, in io.Reader) <-chan struct{} {
	read := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			select {
			case read <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return read
}
