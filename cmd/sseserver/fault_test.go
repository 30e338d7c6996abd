package main

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"sseserver/httpapi/ssetest"
)

// take reads a whole body, and returns how it ended: nil for a proper end.
func (c caller) take(path string, header ...string) (body string, end error) {
	c.t.Helper()
	response := c.open("GET", path, "", header...)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return string(content), err
}

// The whole program with a plan for all streams: what its flag says, a request can
// change, on each protocol, and the log and the metrics have what happened.
func TestFaults(t *testing.T) {
	onEachProtocol(t, []string{"--fault=cut@3,comment@1", "--admin-addr=127.0.0.1:0"}, func(t *testing.T, from writer) {
		id := from.server.submitTo(from, "Hello")
		body, end := from.take("/stream/" + id)
		if !strings.HasSuffix(body, `"chunk":"l","position":2,"total":5}`+"\n\n") || strings.Count(body, "\n: comment\n") != 1 || end == nil {
			t.Errorf("the flag's plan gives %q, %v", body, end)
		}
		if isReset := errors.Is(end, syscall.ECONNRESET); !from.protocol.IsHTTP2() && !isReset {
			t.Errorf("the body ends with %v, want a reset", end)
		}
		stream := from.stream("/stream/" + id + "?fault=")
		stream.WantOpening()
		stream.WantText(0, "Hello")
		if body, end = from.take("/stream/"+id, "X-Stream-Plan", "fault=nodone,noid&seed=7&unit=word"); end != nil || strings.Contains(body, "id: ") || !strings.HasSuffix(body, `"chunk":"Hello","position":0,"total":1}`+"\n\n") {
			t.Errorf("the head's plan gives %q, %v", body, end)
		}
		from.want(503, `"fault_injected"`, "GET", "/progress/"+id+"?fault=status:503", "")
		from.want(400, "there is no fault", "GET", "/progress/"+id+"?fault=explode", "")

		opened := from.server.log.await("stream.opened", 3)
		if opened[0]["plan"] != "cut@3,comment@1" || opened[0]["seed"] == nil || opened[1]["plan"] != nil || opened[2]["plan"] != "nodone,noid" || opened[2]["seed"] != 7.0 {
			t.Errorf("the log says %v", opened)
		}
		var faults []string
		for _, line := range from.server.log.await("stream.fault", 5) {
			faults = append(faults, line["fault"].(string))
		}
		if got := strings.Join(faults, " "); got != "comment cut noid nodone status" {
			t.Errorf("the faults in the log are %s", got)
		}
		if closed := from.server.log.await("stream.closed", 3); closed[0]["reason"] != "fault" || closed[1]["reason"] != "completed" || closed[2]["reason"] != "completed" {
			t.Errorf("the log says %v", closed)
		}
		_, metrics := from.server.caller(t, ssetest.HTTP1).at(from.server.admin).want(200, "", "GET", "/metrics", "")
		for _, line := range []string{
			`sseserver_faults_total{fault="comment"} 1`, `sseserver_faults_total{fault="cut"} 1`, `sseserver_faults_total{fault="status"} 1`,
			`sseserver_streams_closed_total{kind="characters",reason="fault"} 1`, `sseserver_streams_active{kind="characters"} 0`,
		} {
			if !strings.Contains(metrics, line+"\n") {
				t.Errorf("/metrics lacks %s", line)
			}
		}
	})
}

// submitTo is submit over the protocol of a writer.
func (s *liveServer) submitTo(from writer, message string) string {
	from.t.Helper()
	_, answer := from.want(200, `"messageId"`, "POST", "/send", `{"message":"`+message+`"}`, "Content-Type", asJSON)
	return uuidIn.FindString(answer)
}

// A server for others to use can refuse plans.
func TestNoFaults(t *testing.T) {
	onEachProtocol(t, []string{"--no-faults"}, func(t *testing.T, from writer) {
		id := from.server.submitTo(from, "Hello")
		from.want(400, "--no-faults", "GET", "/stream/"+id+"?fault=cut@3", "")
		from.want(400, "--no-faults", "GET", "/stream/"+id, "", "X-Stream-Plan", "fault=cut@3")
		from.wantText(id, "Hello")
	})
}

// A status of the flag is that of all streams, and of nothing else.
func TestFaultyStatusForAll(t *testing.T) {
	onEachProtocol(t, []string{"--fault=status:500"}, func(t *testing.T, from writer) {
		id := from.server.submitTo(from, "Hello")
		from.want(500, `"fault_injected"`, "GET", "/stream/"+id, "")
		from.want(500, `"fault_injected"`, "GET", "/progress/"+id, "")
		from.want(200, `"total":5`, "GET", "/messages/"+id, "")
		stream := from.stream("/stream/" + id + "?fault=")
		stream.WantOpening()
		stream.WantText(0, "Hello")
	})
}

// A stream that stalls does not hold up the end of the program.
func TestShutdownDuringStall(t *testing.T) {
	onEachProtocol(t, nil, func(t *testing.T, from writer) {
		stream := from.stream("/stream/" + from.server.submitTo(from, "Hello") + "?fault=stall:1h@1")
		stream.WantOpening()
		stream.WantChunk(0, "H")
		from.server.stop(t)
		if events, err := stream.All(); err != nil || len(events) != 1 || events[0].Retry == 0 {
			t.Errorf("the stream ends with %v, %v; want a reconnection time", events, err)
		}
		if closed := from.server.log.named("stream.closed"); len(closed) != 1 || closed[0]["reason"] != "server_shutdown" {
			t.Errorf("the log says %v", closed)
		}
	})
}
