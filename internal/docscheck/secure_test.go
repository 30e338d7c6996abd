package docscheck

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// startSecure starts a server with TLS and HTTP/2 whose stream at /events wants
// a token, as the documents assume one at 127.0.0.1:8443.
func startSecure(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/events" || r.Header.Get("Authorization") != "Bearer change-me" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		count(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// count sends numbered events for as long as the client stays, from after the
// one that it saw last.
func count(w http.ResponseWriter, r *http.Request) {
	next := 0
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
		next = last + 1
	}
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for ; ; next++ {
		_, _ = fmt.Fprintf(w, "id: %d\ndata: {\"sent_at\":%d}\n\n", next, time.Now().UnixMilli())
		_ = http.NewResponseController(w).Flush()
		select {
		case <-pace.C:
		case <-r.Context().Done():
			return
		}
	}
}
