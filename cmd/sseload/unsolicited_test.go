package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What net/http thinks of a server is not ours to print: here the hub answers
// each publication twice.
func TestStandardErrorIsOurs(t *testing.T) {
	t.Parallel()
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write([]byte("data: 0\n\n"))
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2))
		_, _ = io.Copy(io.Discard, conn) // until the client closes it
	}))
	defer hub.Close()
	program := exec.Command(os.Args[0], crowd("--url", hub.URL, "--duration=200ms", "--drain=100ms", "--once",
		"--publish-url", hub.URL, "--publish-body={n}", "--publish-rate=20")...)
	program.Env = append(os.Environ(), asProgram+"=1")
	var stderr bytes.Buffer
	program.Stderr = &stderr
	_ = program.Run() // some publications are lost
	if stderr.String() != "opening one stream …\n" {
		t.Errorf("standard error: %s", stderr.String())
	}
}
