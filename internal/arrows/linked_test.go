package arrows

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Nobody who installs a program gets what only tests and local clusters need.
func TestNotLinked(t *testing.T) {
	const engine = "github.com/nats-io/nats-server/v2/server"
	for program, want := range map[string]bool{"cmd/sseserver": false, "cmd/sseload": false, "deploy/cluster": true} {
		out, err := exec.Command("go", "list", "-deps", "sseserver/"+program).Output()
		if err != nil {
			t.Fatal(err)
		}
		if links := slices.Contains(strings.Fields(string(out)), engine); links != want {
			t.Errorf("%s links %s: %t, want %t", program, engine, links, want)
		}
	}
}
