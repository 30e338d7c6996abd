package cluster_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sseserver/internal/cluster"
	"sseserver/internal/cluster/engine"
)

// The test binary is also what a cluster is made of, and one that starts it.
const (
	beEngine = "CLUSTER_TEST_BE_AN_ENGINE=1"
	beNode   = "CLUSTER_TEST_BE_A_NODE=1"
	beParent = "CLUSTER_TEST_BE_A_PARENT=1"
)

func TestMain(m *testing.M) {
	switch env := os.Environ(); {
	case slices.Contains(env, beEngine):
		fmt.Fprintln(os.Stderr, engine.Run(os.Args[1]))
		os.Exit(1)
	case slices.Contains(env, beNode):
		node(os.Args[1:])
	case slices.Contains(env, beParent):
		parent(os.Args[1])
	}
	goleak.VerifyTestMain(m)
}

// Flags of a node that is not as it should be.
const (
	brokenFlag   = "--broken"   // it ends at once
	stubbornFlag = "--stubborn" // it does not end if it is asked to
)

// node is a program that listens where it is told to, and is ready.
func node(flags []string) {
	fmt.Fprintln(os.Stderr, "flags:", flags)
	switch {
	case slices.Contains(flags, brokenFlag):
		fmt.Fprintln(os.Stderr, "broken")
		os.Exit(3)
	case slices.Contains(flags, stubbornFlag):
		signal.Ignore(syscall.SIGTERM)
	}
	http.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(strings.TrimPrefix(flags[0], "--addr="), nil))
	os.Exit(1)
}

// parent starts a small cluster, says where it is, and does not end.
func parent(dir string) {
	c, err := cluster.Start(context.Background(), config(dir, 1, 1))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(c.Nodes[0].URL, c.Engines[0].URL)
	select {}
}

// patience is how long a cluster may take to start. Nothing is measured by it.
const patience = 3 * time.Minute

func config(dir string, engines, nodes int) cluster.Config {
	return cluster.Config{
		Dir: dir, Engines: engines, Nodes: nodes,
		Engine: cluster.Program{Path: os.Args[0], Env: []string{beEngine}},
		Server: cluster.Program{Path: os.Args[0], Env: []string{beNode}},
	}
}

// start starts a cluster that ends with the test.
func start(t *testing.T, config cluster.Config) *cluster.Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := cluster.Start(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	return c
}

// unexpected is for Config.Ended where nothing ends by itself.
func unexpected(t *testing.T) func(*cluster.Member, error) {
	return func(m *cluster.Member, how error) { t.Errorf("%s has ended: %v", m.Name, how) }
}
