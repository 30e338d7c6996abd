package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The password in an address is sent, and shown nowhere.
func TestPasswordInAnAddress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("data: x\n\n"))
	}))
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "://", "://me:s3cret@", 1)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	got := sseload(crowd("--url", address+"/{client}", "--duration=100ms", "--once", "--drain=100ms",
		"--publish-url", address+"/hub", "--publish-body={n}", "--publish-rate=20",
		"--json", file("json"), "--html", file("html"), "--hgrm", file("hgrm"), "--csv", file("csv"), "--junit", file("junit"))...)
	shown := map[string]string{"standard output": got.stdout, "standard error": got.stderr}
	for _, name := range []string{"json", "html", "hgrm", "csv", "junit"} {
		content, err := os.ReadFile(file(name))
		if err != nil {
			t.Fatal(err)
		}
		shown[name] = string(content)
	}
	for name, content := range shown {
		if strings.Contains(content, "s3cret") {
			t.Errorf("%s shows the password:\n%.2000s", name, content)
		}
	}
	if want := strings.Replace(address, "s3cret", "xxxxx", 1) + "/{client}"; !strings.Contains(got.stdout, want) || !strings.Contains(shown["junit"], want) {
		t.Errorf("no %q in the summary:\n%s", want, got.stdout)
	}
	if merged := sseload("merge", file("json")); !strings.Contains(merged.stdout, "me:xxxxx@") {
		t.Errorf("merge: got %+v", merged)
	}
}
