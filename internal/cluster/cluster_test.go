package cluster_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sseserver/internal/cluster"
)

// Members are killed and started again, at the same places and with what they had.
func TestCluster(t *testing.T) {
	config := config(t.TempDir(), 3, 2)
	config.Ended = unexpected(t)
	c := start(t, config)
	for _, m := range c.Engines { // whichever is asked, it reaches the one that leads
		if routes := monitoring(t, m, "/routez"); strings.Count(routes, `"remote_name": "engine-`) != 2 {
			t.Errorf("%s has other routes than two: %s", m.Name, routes)
		}
	}
	stream := store(t, c)
	leader, err := c.Leader(t.Context(), "sseserver")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := stream.Info(t.Context()); err != nil || info.Cluster.Leader != leader.Name || len(info.Cluster.Replicas) != 2 {
		t.Errorf("%s leads; the stream says %+v, %v", leader.Name, info.Cluster, err)
	}
	for _, m := range []*cluster.Member{c.Nodes[0], follower(t, c, leader)} {
		killAndRestart(t, m)
	}
	if message, err := stream.GetLastMsgForSubject(t.Context(), "sseserver.m.1"); err != nil || string(message.Data) != "text" {
		t.Errorf("the engines have %v, %v", message, err)
	}
	for i, m := range c.Nodes {
		log := logOf(t, m)
		for _, flag := range []string{"--nats=" + engineURLs(c), "--nats-replicas=3", "--admin-addr=" + strings.TrimPrefix(m.Admin, "http://")} {
			if want := 2 - i; strings.Count(log, flag) != want { // only the first one was started twice
				t.Errorf("%s was not started %d times with %s: %s", m.Name, want, flag, log)
			}
		}
	}
	c.Stop(t.Context())
	for _, m := range append(c.Nodes, c.Engines...) {
		if m.Running() {
			t.Errorf("%s is running", m.Name)
		}
	}
}

// engineURLs are those that a node is told.
func engineURLs(c *cluster.Cluster) string {
	return strings.Join([]string{c.Engines[0].URL, c.Engines[1].URL, c.Engines[2].URL}, ",")
}

// store keeps a text in the engines, as the nodes do.
func store(t *testing.T, c *cluster.Cluster) jetstream.Stream {
	t.Helper()
	conn, err := nats.Connect(engineURLs(c), nats.Timeout(patience), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(patience))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "sseserver", Subjects: []string{"sseserver.m.*"}, Replicas: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "sseserver.m.1", []byte("text")); err != nil {
		t.Fatal(err)
	}
	return stream
}

// follower is an engine that leads neither the stream nor the engines, so that its
// end needs no election, which takes seconds.
func follower(t *testing.T, c *cluster.Cluster, leader *cluster.Member) *cluster.Member {
	t.Helper()
	state := monitoring(t, c.Engines[0], "/jsz")
	return c.Engines[slices.IndexFunc(c.Engines, func(m *cluster.Member) bool {
		return m != leader && !strings.Contains(state, `"leader": "`+m.Name+`"`)
	})]
}

// monitoring is what an engine answers.
func monitoring(t *testing.T, engine *cluster.Member, path string) string {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	response, err := http.Get(engine.Admin + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func killAndRestart(t *testing.T, m *cluster.Member) {
	t.Helper()
	before := *m
	pid := m.PID()
	gone := watch(t, m.URL)
	if err := m.Restart(t.Context()); err == nil {
		t.Errorf("%s was started again while it was running", m.Name)
	}
	m.Kill()
	m.Kill() // has no effect
	<-gone
	if conn, err := net.Dial("tcp", host(t, m.URL)); err == nil {
		_ = conn.Close()
		t.Errorf("%s is there after it was killed", m.Name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := m.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if m.PID() == pid || m.URL != before.URL || m.Admin != before.Admin || !m.Running() {
		t.Errorf("%s is %+v after it was started again, and was %+v", m.Name, m, before)
	}
	watch(t, m.URL)
}

// watch returns a channel that is closed when the process that listens there ends,
// or the test does.
func watch(t *testing.T, url string) <-chan struct{} {
	t.Helper()
	conn, err := net.Dial("tcp", host(t, url))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(url, "http:") { // a server that answers, and then goes on
		_, _ = io.WriteString(conn, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, conn)
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	return ended
}

func host(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func logOf(t *testing.T, m *cluster.Member) string {
	t.Helper()
	log, err := os.ReadFile(m.Log)
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

// What ends by itself is told, and can be started again. One engine alone will do.
func TestEnded(t *testing.T) {
	ended := make(chan string)
	config := config(t.TempDir(), 1, 1)
	config.Ended = func(m *cluster.Member, how error) { ended <- m.Name + ": " + how.Error() }
	c := start(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if leader, err := c.Leader(ctx, "unknown"); err == nil {
		t.Errorf("%s leads a stream that is not there", leader.Name)
	}
	for _, m := range []*cluster.Member{c.Nodes[0], c.Engines[0]} {
		if err := syscall.Kill(m.PID(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if got, want := <-ended, m.Name+": signal: killed"; got != want {
			t.Errorf("told of %q, want %q", got, want)
		}
		if m.Running() {
			t.Errorf("%s is running", m.Name)
		}
		if err := m.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A member that does not end is killed when the time is over.
func TestStubborn(t *testing.T) {
	config := config(t.TempDir(), 1, 1)
	config.NodeFlags = []string{stubbornFlag}
	config.Ended = unexpected(t)
	c := start(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	var gone []<-chan struct{}
	for _, m := range append(c.Nodes, c.Engines...) {
		gone = append(gone, watch(t, m.URL))
	}
	cancel()
	c.Stop(ctx)
	for _, ended := range gone {
		<-ended
	}
}

// Nodes listen in steps of ten, where nobody else does, not even one that is down.
func TestFirstPort(t *testing.T) {
	other := start(t, config(t.TempDir(), 1, 1)).Nodes[0]
	other.Kill()
	last := portOf(t, other.URL)
	config := config(t.TempDir(), 1, 2)
	config.FirstPort = last
	for _, m := range start(t, config).Nodes {
		port := portOf(t, m.URL)
		if port <= last || (port-last)%10 != 0 || portOf(t, m.Admin) != port+1 {
			t.Errorf("a node at %s and %s, after port %d", m.URL, m.Admin, last)
		}
		last = port
	}
}

func portOf(t *testing.T, url string) int {
	t.Helper()
	port, err := strconv.Atoi(strings.TrimPrefix(url, "http://127.0.0.1:"))
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestStartFails(t *testing.T) {
	used, other := t.TempDir(), t.TempDir()
	start(t, config(used, 1, 1))
	for i := range 3 {
		if err := os.Mkdir(filepath.Join(other, fmt.Sprintf("engine-%d", i+1)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		change func(*cluster.Config)
		want   string
	}{
		"broken node":      {func(c *cluster.Config) { c.NodeFlags = []string{brokenFlag} }, "node-1 ended before it was ready (exit status 3); its log ends with:\nflags: ["},
		"no such program":  {func(c *cluster.Config) { c.Server.Path = "/no/such/program" }, "node-1: "},
		"broken engine":    {func(c *cluster.Config) { c.Engine.Env = nil; c.Engine.Args = []string{"-test.nosuch"} }, "engine-1 ended before it was ready (exit status 2)"},
		"no directory":     {func(c *cluster.Config) { c.Dir = "" }, "are needed"},
		"wrong directory":  {func(c *cluster.Config) { c.Dir = "/no/such/directory" }, "no such file or directory"},
		"used":             {func(c *cluster.Config) { c.Dir = used }, used + " is in use by another cluster"},
		"of another size":  {func(c *cluster.Config) { c.Dir = other }, other + " is that of a cluster with 3 engines, not 1"},
		"two engines":      {func(c *cluster.Config) { c.Engines = 2 }, "engines must be 1, or from 3 to 9, got 2"},
		"too many engines": {func(c *cluster.Config) { c.Engines = 10 }, "got 10"},
		"too many nodes":   {func(c *cluster.Config) { c.Nodes = 10 }, "nodes must be from 1 to 9, got 10"},
		"no ports":         {func(c *cluster.Config) { c.FirstPort = 65535 }, "no free ports"},
	} {
		config := config(t.TempDir(), 1, 1)
		test.change(&config)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		c, err := cluster.Start(ctx, config)
		if err == nil || !strings.Contains(err.Error(), test.want) || c != nil {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
		cancel()
	}
}

// A start that takes too long says what it waits for.
func TestStartGivesUp(t *testing.T) {
	config := config(t.TempDir(), 1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cluster.Start(ctx, config); err == nil || !strings.Contains(err.Error(), "engine-1 is not ready: ") {
		t.Errorf("error %v", err)
	}
}

func TestBuildFails(t *testing.T) {
	_, err := cluster.Build(t.Context(), t.TempDir(), "cmd/unknown")
	if err == nil || !strings.Contains(err.Error(), "cluster: go build: ") || !strings.Contains(err.Error(), "directory not found") {
		t.Errorf("error %v", err)
	}
}
