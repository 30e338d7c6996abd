package main

import (
	"testing"

	"sseserver/httpapi/ssetest"
)

// What the store forgets by itself is told in the log and counted, as the lines
// of the log are.
func TestEvicted(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--admin-addr=127.0.0.1:0", "--max-messages=1")
	first := server.submit(t, "first")
	server.submit(t, "second")
	evicted := server.log.await("message.evicted", 1)[0]
	if evicted["message_id"] != first || evicted["reason"] != "capacity" || evicted["active_streams"] != 0.0 {
		t.Errorf("the log says %v", evicted)
	}
	public := server.caller(t, ssetest.HTTP1)
	public.want(404, "message_not_found", "GET", "/messages/"+first, "")
	admin := public.at(server.admin)
	admin.want(200, "sseserver_messages_evicted_total{reason=\"capacity\"} 1\n", "GET", "/metrics", "")
	admin.want(200, "sseserver_log_entries_total{level=\"warn\"} 1\n", "GET", "/metrics", "") // of the 404
}

// So is a live message whose producer has gone.
func TestFailed(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--producer-timeout=1s", "--max-message-bytes=20")
	public := server.caller(t, ssetest.HTTP1)
	header, _ := public.want(201, `"state":"open"`, "POST", "/messages", `{"message":"Hi"}`, "Content-Type", asJSON)
	path := header.Get("Location")
	public.want(413, "message_too_large", "POST", path+"/chunks", "1234567890123456789", "Content-Type", "text/plain")
	failed := server.log.await("message.failed", 1)[0]
	if "/messages/"+failed["message_id"].(string) != path || failed["reason"] != "producer_gone" || failed["chunks"] != 1.0 {
		t.Errorf("the log says %v", failed)
	}
	public.want(200, `"state":"failed"`, "GET", path, "")
}
