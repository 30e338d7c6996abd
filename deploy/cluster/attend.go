package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"sseserver/internal/cluster"
)

// end is that of a member that nobody asked for.
type end struct {
	member *cluster.Member
	how    error
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
			p.restart(ctx, c.Engines)
			p.restart(ctx, c.Nodes)
		}
	}
}

// restart starts those members again that have ended.
func (p process) restart(ctx context.Context, members []*cluster.Member) {
	for _, m := range members {
		if m.Running() {
			continue
		}
		waiting, cancel := context.WithTimeout(ctx, startTime)
		if err := m.Restart(waiting); err == nil {
			fmt.Fprintf(p.stdout, "%s is ready again.\n", m.Name)
		} else if ctx.Err() == nil {
			fmt.Fprintln(p.stderr, err)
		}
		cancel()
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
