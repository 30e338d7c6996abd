package enginetest

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"sseserver/internal/ports"
)

// Cluster is one engine, or several that are one. Its methods are for the goroutine
// of the test.
type Cluster struct {
	t       testing.TB
	options []*server.Options
	engines []*server.Server // nil where one is killed
}

// Start starts n engines on free ports, which keep what they store in directories of
// the test, and waits until they can be used. They end with the test. Each option may
// change their settings.
func Start(t testing.TB, n int, options ...func(*server.Options)) *Cluster {
	t.Helper()
	c := &Cluster{t: t, engines: make([]*server.Server, n)}
	routes := make([]*url.URL, n)
	for i := range n {
		row := reservePorts(t)
		o := &server.Options{
			ServerName: fmt.Sprintf("engine-%d", i),
			Host:       "127.0.0.1",
			Port:       row.First,
			NoSigs:     true,
			NoLog:      true,
			JetStream:  true,
			StoreDir:   t.TempDir(),
		}
		if n > 1 {
			o.Cluster = server.ClusterOpts{
				Name: "engines", Host: "127.0.0.1", Port: row.First + 1,
				NoAdvertise: true, // so that nobody finds a way around a Proxy
			}
			routes[i] = &url.URL{Scheme: "nats", Host: row.At(1)}
			o.Routes = routes
		}
		for _, option := range options {
			option(o)
		}
		c.options = append(c.options, o)
	}
	t.Cleanup(func() {
		for i := range n {
			c.Kill(i)
		}
	})
	for i := range n {
		c.launch(i)
	}
	c.await()
	return c
}

// reservePorts reserves those of an engine for the time of the test: one for clients,
// and one for the other engines.
func reservePorts(t testing.TB) ports.Row {
	t.Helper()
	row, err := ports.Reserve(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(row.Free)
	return row
}

// URLs are where the engines listen for clients.
func (c *Cluster) URLs() (urls []string) {
	for _, o := range c.options {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", o.Port))
	}
	return urls
}

// Log makes the engines that run log to a logger.
func (c *Cluster) Log(to server.Logger) {
	for _, engine := range c.engines {
		engine.SetLogger(to, false, false)
	}
}

// Kill ends an engine, if it runs. It hands over what it leads, which the process of one
// that crashes cannot. What it has stored stays.
func (c *Cluster) Kill(i int) {
	if engine := c.engines[i]; engine != nil {
		engine.Shutdown()
		engine.WaitForShutdown()
		c.engines[i] = nil
	}
}

// Restart starts an engine again that was killed, where it was, and waits until the
// engines can be used.
func (c *Cluster) Restart(i int) {
	c.t.Helper()
	c.launch(i)
	c.await()
}

// Leader returns which engine leads the stream, and waits until one does.
func (c *Cluster) Leader(stream string) (leader int) {
	c.t.Helper()
	c.eventually("the stream has no leader", func() bool {
		for i, engine := range c.engines {
			if engine != nil && engine.JetStreamIsStreamLeader(server.DEFAULT_GLOBAL_ACCOUNT, stream) {
				leader = i
				return true
			}
		}
		return false
	})
	return leader
}

func (c *Cluster) launch(i int) {
	c.t.Helper()
	engine, err := server.NewServer(c.options[i].Clone())
	if err != nil {
		c.t.Fatal(err)
	}
	engine.Start()
	c.engines[i] = engine
}

// startTime is how long engines are waited for, also on a machine that has much to do.
const startTime = time.Minute

// await waits until clients can connect, and the engines have one of them to lead.
func (c *Cluster) await() {
	c.t.Helper()
	running := 0
	for _, engine := range c.engines {
		if engine == nil {
			continue
		}
		running++
		if !engine.ReadyForConnections(startTime) {
			c.t.Fatal("an engine takes no connections")
		}
	}
	if len(c.engines) == 1 || running <= len(c.engines)/2 || !c.options[0].JetStream {
		return
	}
	c.eventually("the engines have no leader", func() bool {
		led := false
		for _, engine := range c.engines {
			if engine != nil && !engine.JetStreamIsCurrent() {
				return false
			}
			led = led || engine != nil && engine.JetStreamIsLeader()
		}
		return led
	})
}

// eventually waits until something is so that the engines do not tell by themselves.
func (c *Cluster) eventually(otherwise string, is func() bool) {
	c.t.Helper()
	for end := time.Now().Add(startTime); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatal(otherwise)
		}
	}
}
