package field

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sseserver/bench/internal/host"
	"sseserver/internal/cluster"
)

// Work is what is asked of a server.
type Work struct {
	Streams  int
	Interval time.Duration // between two events of a stream, in whole milliseconds
	Messages int           // that the streams share evenly, of a server of live messages
	Pipe     bool          // to which one long request each appends, instead of one per chunk
	Words    int           // of each answer, of a server of chat completions
}

// events is how many events each stream has: more than any run is long.
const events = 100_000

// Server is one of those that are compared.
type Server interface {
	// Install makes the server ready to start and returns its version.
	Install(context.Context, *Workshop) (version string, err error)
	// Start starts it on the workshop's server core and waits until it listens.
	Start(context.Context, *Workshop, Work) (*Running, error)
}

// Entry is a server with its names: a short one for the command line and files,
// and one for people.
type Entry struct {
	Name, Title string
	Server
}

// The names of the servers that have a part of their own in the benchmark.
const (
	Floor  = "floor"
	Ours   = "sseserver"
	Before = "before"
	Live   = "sseserver-live" // ours, of live messages
	Chat   = "sseserver-chat" // ours, of chat completions

	Nats      = "nats"      // ours, with an engine
	NatsLive  = "nats-live" // the same, of live messages
	NatsLive3 = "nats-r3"   // the same, with three engines
	Cluster   = "nodes"     // three nodes of ours, with three engines
)

// All lists the field. The floor comes first: the others are measured by it.
func All() []Entry {
	return []Entry{
		{Floor, "C epoll floor", floor{}},
		{Ours, "this server", ours{name: Ours}},
		{Live, "this server, live messages", ours{name: Ours, isLive: true}},
		{Chat, "this server, chat completions", ours{name: Ours, isChat: true}},
		{Nats, "this server with an engine", clustered{nodes: 1, engines: 1}},
		{NatsLive, "this server with an engine, live messages", clustered{nodes: 1, engines: 1, isLive: true}},
		{NatsLive3, "this server with three engines, live messages", clustered{nodes: 1, engines: 3, isLive: true}},
		{Cluster, "three nodes of this server with three engines", clustered{nodes: 3, engines: 3, isLive: true}},
		{"nchan", "nginx + Nchan", nchan{1, "0"}},
		{"nchan10", "nginx + Nchan, 10 channels", nchan{10, "$last_digit"}},
		{"gosse", "go-sse", goPeer{"gosse", "github.com/tmaxmax/go-sse"}},
		{"plain", "plain net/http", goPeer{"plain", ""}},
		{"httpbin", "go-httpbin", httpbin{}},
		{"express", "Express", express{}},
	}
}

// Versus is this server as another checkout of the repository has it.
func Versus(checkout string) Entry {
	return Entry{Before, "this server before", ours{name: Before, checkout: checkout}}
}

// Running is a server that runs. Its owner calls Stop.
type Running struct {
	*host.Process                  // nil if there is a Cluster
	Cluster       *cluster.Cluster // of several processes, of which the first node counts

	URL   string // of the streams
	Base  string // of the server, ours only
	Admin string // of the admin listener, ours only

	// IsLive says that the streams are of live messages, which the client opens,
	// and to which it appends.
	IsLive bool

	// IsChat says that the streams are answers to questions of the client.
	IsChat bool

	// OwnSchedule says that the first event is not due when the request is made:
	// the server's schedule begins with whatever comes first.
	OwnSchedule bool

	publisher *publisher // nil but for Nchan
}

// PID is that of the server.
func (r *Running) PID() int {
	if r.Cluster != nil {
		return r.Cluster.Nodes[0].PID()
	}
	return r.Process.PID()
}

// Addr is where our server listens, as host:port.
func (r *Running) Addr() string { return strings.TrimPrefix(r.Base, "http://") }

// Stop ends the server and waits for that.
func (r *Running) Stop() {
	if r.Cluster != nil {
		stop(r.Cluster)
		return
	}
	if r.publisher != nil {
		r.publisher.stop()
	}
	r.Process.Stop()
}

// Workshop is where servers are built and started.
type Workshop struct {
	Repo  string // the root of the repository
	Dir   string // temporary; whoever made it removes it
	Core  int    // that the servers run on
	Files uint64 // open files that one process may have
	Log   *log.Logger
}

// path is a file in the workshop.
func (w *Workshop) path(elem ...string) string {
	return filepath.Join(append([]string{w.Dir}, elem...)...)
}

// bench is a file of the benchmark's sources.
func (w *Workshop) bench(elem ...string) string {
	return filepath.Join(append([]string{w.Repo, "bench"}, elem...)...)
}

// command runs a command to its end and returns what it printed.
func (w *Workshop) command(ctx context.Context, dir string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir = dir
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 5 * time.Second
	out, err := c.CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return text, fmt.Errorf("field: %s: %w\n%s", strings.Join(args, " "), err, text)
	}
	return text, nil
}

// Build builds a Go program from the module in dir into the workshop.
func (w *Workshop) Build(ctx context.Context, dir, name, pkg string) (binary string, err error) {
	binary = w.path(name)
	_, err = w.command(ctx, dir, "go", "build", "-o", binary, pkg)
	return binary, err
}

// BuildRace builds a program of this repository with the race detector.
func (w *Workshop) BuildRace(ctx context.Context, binary, pkg string) error {
	_, err := w.command(ctx, w.Repo, "go", "build", "-race", "-o", binary, pkg)
	return err
}

// launch starts a server that listens on addr, and waits for that.
func (w *Workshop) launch(ctx context.Context, addr, path string, c host.Command) (*Running, error) {
	p, err := host.Start(w.Core, c)
	if err != nil {
		return nil, err
	}
	if err := p.Ready(ctx, addr); err != nil {
		p.Stop()
		return nil, err
	}
	return &Running{Process: p, URL: "http://" + addr + path}, nil
}
