// Package enginetest runs the engine of package jetstream in the process of a test.
package enginetest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Cluster is one engine, or several that are one.
type Cluster struct {
	engines []*server.Server
}

// Start starts n engines, which end with the test.
func Start(t testing.TB, n int) *Cluster {
	t.Helper()
	c := &Cluster{}
	for range n {
		engine, err := server.NewServer(&server.Options{
			Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
			JetStream: true, StoreDir: t.TempDir(),
		})
		if err != nil {
			t.Fatal(err)
		}
		go engine.Start()
		t.Cleanup(func() {
			engine.Shutdown()
			engine.WaitForShutdown()
		})
		if !engine.ReadyForConnections(10 * time.Second) {
			t.Fatal("the engine did not start")
		}
		c.engines = append(c.engines, engine)
	}
	return c
}

// URLs are where the engines listen.
func (c *Cluster) URLs() []string {
	var urls []string
	for _, engine := range c.engines {
		urls = append(urls, engine.ClientURL())
	}
	return urls
}
