package arrows

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Nobody who installs a program gets what only tests, local clusters and go generate need.
func TestNotLinked(t *testing.T) {
	const (
		engine   = "github.com/nats-io/nats-server/v2/server"
		openapi  = "github.com/getkin/kin-openapi/openapi3"
		markdown = "github.com/yuin/goldmark"
	)
	for program, want := range map[string][]string{
		"cmd/sseserver": nil, "cmd/sseload": nil, "deploy/cluster": {engine}, "internal/apipage": {openapi, markdown},
	} {
		out, err := exec.Command("go", "list", "-deps", "sseserver/"+program).Output()
		if err != nil {
			t.Fatal(err)
		}
		linked := strings.Fields(string(out))
		for _, pkg := range []string{engine, openapi, markdown} {
			if links := slices.Contains(linked, pkg); links != slices.Contains(want, pkg) {
				t.Errorf("%s links %s: %t", program, pkg, links)
			}
		}
	}
}
