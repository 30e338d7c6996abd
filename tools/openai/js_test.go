package openai

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// jsClient uses the npm package openai.
var jsClient = client{"js", func(t *testing.T, url string, cases []wanted) (outcomes []outcome) {
	input, err := json.Marshal(map[string]any{"url": url, "key": key, "cases": cases})
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "client.mjs")
	node.Dir = installed(t)
	node.Env = append(os.Environ(), "NODE_TLS_REJECT_UNAUTHORIZED=0", "NODE_NO_WARNINGS=1")
	node.Stdin, node.Stderr = bytes.NewReader(input), os.Stderr
	output, err := node.Output()
	if err == nil {
		err = json.Unmarshal(output, &outcomes)
	}
	if err != nil || len(outcomes) != len(cases) {
		t.Fatalf("node: %v, %s", err, output)
	}
	return outcomes
}}

// installed returns a directory with client.mjs and its package: this one, if that
// was installed here.
func installed(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%v; the tests of OpenAI's package for JavaScript need it", err)
			}
			t.Skipf("%v; OpenAI's package for JavaScript is not tested", err)
		}
	}
	dir, err := install()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// install installs the package beside a copy of client.mjs, if it was not installed in
// this directory.
var install = sync.OnceValues(func() (dir string, err error) {
	if _, err := os.Stat("node_modules/openai"); err == nil {
		return ".", nil
	}
	for _, name := range []string{"package.json", "client.mjs"} {
		content, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(scratch, name), content, 0o644); err != nil {
			return "", err
		}
	}
	npm := exec.Command("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir, npm.Stdout, npm.Stderr = scratch, os.Stderr, os.Stderr
	return scratch, npm.Run()
})
