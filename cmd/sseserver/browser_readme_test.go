package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testReadmeExample saves the page of README.md as a file, as its reader does,
// and opens it.
func testReadmeExample(t *testing.T, browser context.Context) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(readme), "```html\n")
	page, _, ok := strings.Cut(page, "```\n")
	if !ok || strings.Count(page, "'http://127.0.0.1:4400'") != 1 {
		t.Fatalf("README.md has no page that uses the server:\n%s", page)
	}
	page = strings.ReplaceAll(page, "http://127.0.0.1:4400", startServer(t).url)
	file := filepath.Join(t.TempDir(), "demo.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	p := openTab(t, browser, "file://"+file)
	p.until("text.textContent === 'Hello from the server!'")
}
