package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCheckHealth(t *testing.T) {
	for status, want := range map[int]string{200: "", 503: "503 Service Unavailable: shutting down", 404: "404 Not Found"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/readyz" {
				t.Errorf("asked %s %s", r.Method, r.URL)
			}
			http.Error(w, "shutting down", status)
		}))
		err := checkHealth(t.Context(), "http", server.Listener.Addr().String())
		server.Close()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("status %d: %v, want %q", status, err, want)
		}
	}
}

func TestCheckHealthOfNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	if err := checkHealth(t.Context(), "http", addr); err == nil {
		t.Error("healthy, with nobody there")
	}
}

func TestCheckHealthOfAServerThatDoesNotAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	if err := checkHealth(ctx, "http", server.Listener.Addr().String()); err == nil {
		t.Error("healthy, without an answer")
	}
}

func TestReachable(t *testing.T) {
	for listen, want := range map[string]string{
		":4400": "127.0.0.1:4400", "0.0.0.0:4400": "127.0.0.1:4400", "[::]:4400": "[::1]:4400",
		"192.0.2.1:80": "192.0.2.1:80", "localhost:80": "localhost:80",
	} {
		if got := reachable(listen); got != want {
			t.Errorf("%s is reached at %s, want %s", listen, got, want)
		}
	}
}
