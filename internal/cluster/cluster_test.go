package cluster_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sseserver/internal/cluster"
	"sseserver/internal/cluster/engine"
)

// The test binary is the programs of a cluster, too.
const (
	beEngine = "CLUSTER_TEST_BE_AN_ENGINE"
	beNode   = "CLUSTER_TEST_BE_A_NODE"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(beEngine) != "":
		fmt.Fprintln(os.Stderr, engine.Run(os.Args[1]))
		os.Exit(1)
	case os.Getenv(beNode) != "":
		node()
	}
	goleak.VerifyTestMain(m)
}

// node listens where a node does, and is ready.
func node() {
	addr := strings.TrimPrefix(os.Args[1], "--addr=")
	http.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	fmt.Fprintln(os.Stderr, os.Args, http.ListenAndServe(addr, nil))
	os.Exit(1)
}

func TestX(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	start := time.Now()
	c, err := cluster.Start(ctx, cluster.Config{
		Dir:    t.TempDir(),
		Server: cluster.Program{Path: os.Args[0], Env: []string{beNode + "=1"}},
		Engine: cluster.Program{Path: os.Args[0], Env: []string{beEngine + "=1"}},
	})
	t.Log(err, time.Since(start))
	if err != nil {
		return
	}
	for _, q := range []string{"/jsz?streams=1", "/healthz", "/jsz"} {
		for _, e := range c.Engines {
			r, err := http.Get(e.Admin + q)
			if err != nil {
				t.Log(err)
				continue
			}
			b := new(strings.Builder)
			r.Write(b)
			t.Log(b)
			r.Body.Close()
		}
	}
	http.DefaultClient.CloseIdleConnections()
	start = time.Now()
	c.Stop(ctx)
	t.Log(time.Since(start))
}
