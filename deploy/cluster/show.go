package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sseserver/internal/cluster"
)

// show tells what runs where, and what to try.
func (p process) show(ctx context.Context, c *cluster.Cluster, dir string) {
	var text strings.Builder
	leader := leaderOf(ctx, c)
	for _, m := range append(append([]*cluster.Member(nil), c.Nodes...), c.Engines...) {
		fmt.Fprintf(&text, "\n%-8s  %-24s  pid %d", m.Name, m.URL, m.PID())
		if m == leader {
			text.WriteString(", the leader")
		}
	}
	if last := len(c.Nodes) - 1; c.Nodes[last].URL != fmt.Sprintf("http://127.0.0.1:%d", firstPort+10*last) {
		fmt.Fprintf(&text, "\n\nNot all ports from %d on are free, so the nodes listen at the next ones.", firstPort)
	}
	fmt.Fprintf(&text, `

Logs and data: %s
Submit a message to one node and read it from another:

   id=$(curl -s -H 'Content-Type: application/json' -d '{"message":"Hello!"}' %s/send | grep -o '[0-9a-f-]\{36\}')
   curl -N %s/stream/$id

Load all nodes, and kill -9 %d meanwhile. Connections may break, and nothing may be lost.
Enter, pressed here, starts again what has ended.

   go run ./cmd/sseload %s --duration 30s --threshold 'truncated>=0' --threshold 'errors>=0'

Ctrl-C stops all.
`, dir, c.Nodes[0].URL, c.Nodes[len(c.Nodes)-1].URL, c.Nodes[0].PID(), strings.Join(c.NodeURLs(), " "))
	fmt.Fprint(p.stdout, text.String())
}

// leaderTime is how long the leader of a stream is looked for. With another
// --nats-stream among the options of the nodes there is none.
const leaderTime = 2 * time.Second

// leaderOf is the engine that leads the nodes' stream, nil if it is not known.
func leaderOf(ctx context.Context, c *cluster.Cluster) *cluster.Member {
	ctx, cancel := context.WithTimeout(ctx, leaderTime)
	defer cancel()
	leader, err := c.Leader(ctx, "sseserver")
	if err != nil {
		return nil
	}
	return leader
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
