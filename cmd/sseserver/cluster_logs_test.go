package main

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/cluster"
)

// wantFailed checks what `sseserver logs failed` says of all nodes together.
func wantFailed(t *testing.T, c *cluster.Cluster, want ...string) {
	t.Helper()
	code, out, complaints := inspect(nil, append([]string{"failed"}, logsOf(c)...)...)
	if code != exitFailed || complaints != "" {
		t.Errorf("logs failed: exit code %d, %s", code, complaints)
	}
	for _, text := range want {
		if !strings.Contains(out, text) {
			t.Errorf("logs failed lacks %q:\n%s", text, out)
		}
	}
}

// What becomes of messages on several nodes is whole in the logs of each, and of all.
func TestClusterLogs(t *testing.T) {
	wantNoLeaks(t)
	c := startCluster(t, 2, 1, "--drain=0s", "--log-level=debug")
	a, b := liveServer{url: c.Nodes[0].URL}, liveServer{url: c.Nodes[1].URL}
	onA, onB := a.caller(t, ssetest.HTTP1), b.caller(t, ssetest.HTTP1)
	liveOnTwo(onA, onB)
	deleted := a.submit(t, strings.Repeat("deleted ", 100))
	stream := onB.stream("/stream/" + deleted + "?interval=1m")
	stream.WantOpening()
	stream.WantChunk(0, "d")
	onA.want(http.StatusNoContent, "", "DELETE", "/messages/"+deleted, "")
	_, _ = stream.All() // until it ends
	onB.want(http.StatusNotFound, "message_not_found", "GET", "/stream/"+deleted, "")

	moved := a.submit(t, "from one to the other")
	stream = onA.stream("/stream/"+moved+"?interval=1m", "User-Agent", "mover")
	stream.WantOpening()
	stream.WantChunk(0, "f")
	running := onB.stream("/stream/" + moved + "?interval=1m")
	running.WantOpening()
	running.WantChunk(0, "f")
	untilLogged(t, c.Nodes[0], moved, "stream.opened")
	c.Nodes[0].Kill()
	stream = onB.stream("/stream/"+moved+"?interval=1ms", "User-Agent", "mover", "Last-Event-ID", "0")
	stream.WantOpening()
	stream.WantResumed(1, true)
	stream.WantText(1, "rom one to the other")
	c.Engines[0].Kill()
	onB.want(http.StatusServiceUnavailable, "store_unavailable", "POST", "/send", `{"message":"too late"}`, "Content-Type", asJSON)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, m := range []*cluster.Member{c.Engines[0], c.Nodes[0]} {
		if err := m.Restart(ctx); err != nil {
			t.Fatal(err)
		}
	}
	untilReady(onB)
	wantEverywhere(t, c)
	stopCluster(t, c)

	wantFailed(t, c, "2 of 7 clients did not finish: client 1, operator 1. 1 client was refused.",
		deleted+"  127.0.0.1  1 of 800\n              client: message_deleted, not resumed",
		moved+"  127.0.0.1  1 of 21\n              operator: server_shutdown, not resumed")
	code, out, complaints := inspect(nil, append([]string{"explain", moved}, logsOf(c)...)...)
	if code != exitOK || complaints != "" || !strings.Contains(out, "\nWhose fault: operator. 1 of 2 clients did not finish.") {
		t.Errorf("logs explain: exit code %d, %s, says\n%s", code, complaints, out)
	}
}

// untilLogged waits until the log of a node has an event of a message: what it gathers
// is lost with it.
func untilLogged(t *testing.T, node *cluster.Member, message, event string) {
	t.Helper()
	line := regexp.MustCompile(`"event":"` + event + `".*"message_id":"` + message)
	for log := []byte(nil); !line.Match(log); log, _ = os.ReadFile(node.Log) {
		if t.Context().Err() != nil {
			t.Fatalf("%s has not logged %s of %s", node.Name, event, message)
		}
	}
}

// untilReady asks until the engine is there again for the node.
func untilReady(c caller) {
	for status := 0; status != http.StatusOK; {
		answer := c.open("GET", "/readyz", "")
		_ = answer.Body.Close()
		status = answer.StatusCode
	}
}

// liveOnTwo reads on one node what is appended and put on both, and resumes there.
func liveOnTwo(onA, onB caller) {
	_, answer := onA.want(http.StatusCreated, `"state":"open"`, "POST", "/messages", `{"message":"one "}`, "Content-Type", asJSON)
	id := uuidIn.FindString(answer)
	text, progress := onB.stream("/stream/"+id), onB.stream("/progress/"+id)
	text.WantOpening()
	text.WantChunk(0, "one ")
	progress.WantOpening()
	onA.want(http.StatusOK, "", "PUT", "/messages/"+id+"/progress", `{"percent":7,"chunk":"begun"}`, "Content-Type", asJSON)
	wantID(onB.t, progress, "7")
	progress.Close()
	progress = onB.stream("/progress/"+id, "Last-Event-ID", "7")
	onB.want(http.StatusOK, appended(2, 8), "POST", "/messages/"+id+"/chunks", "two ", "Content-Type", "text/plain")
	text.WantChunk(1, "two ")
	text.Close()
	text = onB.stream("/stream/"+id, "Last-Event-ID", "1")
	onA.want(http.StatusOK, "", "PUT", "/messages/"+id+"/progress", `{"percent":60,"chunk":"more"}`, "Content-Type", asJSON)
	wantID(onB.t, progress, "60")
	onA.want(http.StatusOK, appended(3, 13), "POST", "/messages/"+id+"/chunks?complete", "three", "Content-Type", "text/plain")
	for _, stream := range []*ssetest.Stream{text, progress} {
		if events, err := stream.All(); err != nil || events[len(events)-1].Name != "done" {
			onB.t.Errorf("it ends with %v, %v", events, err)
		}
	}
}

// wantID reads a stream up to the event of an id.
func wantID(t *testing.T, stream *ssetest.Stream, id string) {
	t.Helper()
	for {
		event, err := stream.Next()
		if err != nil {
			t.Fatalf("it ends without the id %s: %v", id, err)
		}
		if event.ID == id {
			return
		}
	}
}
