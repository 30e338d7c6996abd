package client

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The message has characters that a read can cut in two.
const message = "One letter after another: 👩🏽‍🚀 é 한국어, none lost, none twice."

func TestPackage(t *testing.T) {
	project := installed(t)
	t.Run("has one module and its licence", func(t *testing.T) {
		got := names(t, filepath.Join(project, "node_modules", "sseserver-client"))
		if want := []string{"LICENSE", "package.json", "sse-client.js"}; !slices.Equal(got, want) {
			t.Errorf("it has %q, want %q", got, want)
		}
	})
	t.Run("reads a stream to its end in Node.js", func(t *testing.T) {
		for _, url := range []string{start(t), start(t, "--tls-self-signed")} {
			testStream(t, project, url)
		}
	})
	t.Run("has types", func(t *testing.T) {
		typescript := command(project, "npx", "--no", "tsc")
		if said, err := typescript.CombinedOutput(); err != nil {
			t.Errorf("tsc: %v\n%s", err, said)
		}
	})
}

// testStream reads a stream that is cut twice, by one way and the other.
func testStream(t *testing.T, project, url string) {
	node := command(project, "node", "read.mjs", url, "interval=2ms&fault=cut@12,truncate@40,retry:10ms")
	node.Env = append(os.Environ(), "NODE_TLS_REJECT_UNAUTHORIZED=0", "NODE_NO_WARNINGS=1")
	node.Stdin, node.Stderr = strings.NewReader(message), os.Stderr
	output, err := node.Output()
	var seen struct {
		Text, Digest, Done string
		States             []string
	}
	if err == nil {
		err = json.Unmarshal(output, &seen)
	}
	if err != nil {
		t.Fatalf("node: %v, %s", err, output)
	}
	if seen.Text != message || seen.Digest != seen.Done {
		t.Errorf("%s: read %q, want %q", url, seen.Text, message)
	}
	want := []string{
		"connecting", "live", "reconnecting", "connecting", "live", "reconnecting", "connecting", "live", "ended",
	}
	if !slices.Equal(seen.States, want) {
		t.Errorf("%s: states %q, want %q", url, seen.States, want)
	}
}

// installed returns a project that has the package, as npm packs it, and TypeScript.
func installed(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%v; the tests of the package need it", err)
			}
			t.Skipf("%v; the package is not tested", err)
		}
	}
	project := t.TempDir()
	for _, name := range []string{"package.json", "tsconfig.json", "read.mjs", "user.js"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(project, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	assets, err := filepath.Abs("../../assets")
	if err != nil {
		t.Fatal(err)
	}
	must(t, command(project, "npm", "pack", "--silent", assets))
	packed, err := filepath.Glob(filepath.Join(project, "*.tgz"))
	if err != nil || len(packed) != 1 {
		t.Fatalf("npm pack made %q, %v", packed, err)
	}
	must(t, command(project, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", packed[0]))
	return project
}

func command(dir, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = dir
	return c
}

func must(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, said)
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
