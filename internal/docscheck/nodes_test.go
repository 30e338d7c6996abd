package docscheck

import (
	"path/filepath"
	"testing"

	"sseserver/internal/jetstream/enginetest"
)

// startNodes starts what cluster.md assumes beside a server at 127.0.0.1:4400: a NATS
// server, and another node. It returns the flags of the one at 4400, and what
// stands for the rest.
func startNodes(t *testing.T, bin, document string) (flags string, stand []string) {
	t.Helper()
	if filepath.Base(document) != "cluster.md" {
		return "", nil
	}
	engine := enginetest.Start(t, 1).URLs()[0]
	flags = " --nats " + engine
	const shown = "nats://10.0.0.1:4222,nats://10.0.0.2:4222,nats://10.0.0.3:4222 --nats-replicas 3"
	return flags, []string{
		shown, engine, // which has only itself
		"http://127.0.0.1:4410", serve(t, shell(bin, t.TempDir(), "sseserver"+flags), serves),
	}
}
