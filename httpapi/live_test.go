package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

var asText = []string{"Content-Type", "text/plain"}

// now returns what the message is.
func (p *producer) now() *broker.Message {
	p.t.Helper()
	status, err := p.broker.Lookup(p.t.Context(), p.id)
	if err != nil {
		p.t.Fatal(err)
	}
	return status.Message
}

// wantChunks checks what was appended, and that the message is in that state.
func (p *producer) wantChunks(state broker.State, want ...string) {
	p.t.Helper()
	message, got := p.now(), []string(nil)
	source := message.Text.Source(actors.Appended)
	for _, chunk, supply := source.Next(); supply == actors.Ready; _, chunk, supply = source.Next() {
		got = append(got, chunk)
	}
	if !slices.Equal(got, want) || message.State != state {
		p.t.Errorf("the message has %q, %s; want %q, %s", got, message.State, want, state)
	}
}

// wantBody checks the status and the whole of the answer.
func (a answer) wantBody(t *testing.T, status int, body string) {
	t.Helper()
	if a.StatusCode != status || a.body != body {
		t.Errorf("%s %s: %s, %s; want %d, %s", a.Request.Method, a.Request.URL, a.Status, a.body, status, body)
	}
}

func TestOpen(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		bodies := map[string][]string{
			"":                       nil,
			"{}":                     nil,
			`{"message":""}`:         nil,
			` {"a":[{"message":1}]}`: nil,
			`{"message":"H\u00e9"}`:  {"Hé"},
			`{"mess\u0061ge":" "}`:   {" "},
		}
		opened := 0
		for body, chunks := range bodies {
			got := ask(t, server, protocol, "POST", "/messages", body, asJSON...)
			opened++
			name := broker.MessageID{0: 1, 6: 0x40, 8: 0x80, 15: byte(opened)}.String()
			got.wantBody(t, 201, `{"status":"ok","messageId":"`+name+`","state":"open"}`)
			got.wantHeader(t, map[string]string{"Location": "/messages/" + name, "Content-Type": "application/json", "Cache-Control": "no-store"})
			id, _ := broker.ParseMessageID(name)
			(&producer{t, server.Broker, id, name}).wantChunks(broker.StateOpen, chunks...)
		}
		ask(t, server, protocol, "POST", "/messages", "").wantBody(t, 201, // nothing has no type
			`{"status":"ok","messageId":"01000000-0000-4000-8000-000000000007","state":"open"}`)
		lines := server.Log.Named("message.submitted")
		if len(lines) != opened+1 || lines[opened].Fields["state"] != "open" || lines[opened].Fields["bytes"] != int64(0) || lines[opened].Fields["request_id"] == nil {
			t.Errorf("the log says %v", lines)
		}
	})
}

func TestOpenBadly(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxMessageBytes: 100}, Broker: broker.Config{MaxMessages: 1}})
		for body, code := range map[string]string{
			`{"message":1}`: "message_required", `{"message":null}`: "message_required", `{"message":["Hi"]}`: "message_required",
			" ": "invalid_json", "[]": "invalid_json", `{"message":"a","message":"b"}`: "invalid_json", "{\"message\":\"\xff\"}": "invalid_json",
			`{"message":"\ud800"}`: "invalid_json", `{} {}`: "invalid_json",
		} {
			ask(t, server, protocol, "POST", "/messages", body, asJSON...).wantProblem(t, 400, code)
		}
		ask(t, server, protocol, "POST", "/messages", "Hi", asText...).wantProblem(t, 415, "unsupported_media_type")
		ask(t, server, protocol, "POST", "/messages", "{}", "Content-Type", "application/json", "Content-Encoding", "gzip").wantProblem(t, 415, "unsupported_media_type")
		ask(t, server, protocol, "POST", "/messages", `{"message":"`+strings.Repeat("x", 100)+`"}`, asJSON...).wantProblem(t, 413, "message_too_large")
		produce(t, server, "") // all that there may be, and never evicted
		ask(t, server, protocol, "POST", "/messages", "").wantProblem(t, 503, "store_full")
		if rejected := server.Log.Named("message.rejected"); len(rejected) != 13 {
			t.Errorf("%d rejections in the log, want 13", len(rejected))
		}
	})
}

// What is told of a message, open and after that. A submitted one is complete.
func TestDescribe(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		at := func(after time.Duration) string { return time.Now().Add(after).UTC().Format(time.RFC3339Nano) }
		open, complete, failed := produce(t, server, "ab"), produce(t, server, "ab"), produce(t, server, "ab")
		submitted := server.Submit("Hé!")
		opened, expires := at(0), at(time.Hour)
		complete.append("cd")
		complete.complete()
		failed.fail("out of memory")
		for id, want := range map[string]string{
			open.name:     `"total":null,"bytes":2,"submittedAt":"` + opened + `","expiresAt":null,"activeStreams":0,"state":"open","chunks":1}`,
			complete.name: `"total":4,"bytes":4,"submittedAt":"` + opened + `","expiresAt":"` + expires + `","activeStreams":0,"state":"complete","chunks":2}`,
			failed.name:   `"total":2,"bytes":2,"submittedAt":"` + opened + `","expiresAt":"` + expires + `","activeStreams":0,"state":"failed","chunks":1}`,
			submitted:     `"total":3,"bytes":4,"submittedAt":"` + opened + `","expiresAt":"` + expires + `","activeStreams":0,"state":"complete","chunks":1}`,
		} {
			ask(t, server, protocol, "GET", "/messages/"+id, "").wantBody(t, 200, `{"messageId":"`+id+`",`+want)
		}
	})
}

func TestComplete(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "ab")
		p.append("c")
		time.Sleep(time.Second)
		for range 2 {
			ask(t, server, protocol, "POST", "/messages/"+p.name+"/complete", "").
				wantBody(t, 200, `{"status":"ok","messageId":"`+p.name+`","state":"complete"}`)
			time.Sleep(time.Second)
		}
		line := server.Log.Only("message.completed").Fields
		if line["message_id"] != p.name || line["bytes"] != int64(3) || line["chunks"] != int64(2) || line["duration_ms"] != 1000.0 || line["request_id"] == nil {
			t.Errorf("the log says %v", line)
		}
		p.wantChunks(broker.StateComplete, "ab", "c")
		got := ask(t, server, protocol, "POST", "/messages/"+p.name+"/fail", "")
		got.wantProblem(t, 409, "message_closed")
		got.wantMembers(t, `"position":2,"bytes":3,"state":"complete"`)
	})
}

func TestFail(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		for body, reason := range map[string]string{
			"": "failed", "{}": "failed", `{"reason":""}`: "failed", `{"reason":"out of \"memory\""}`: `out of "memory"`,
		} {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			p := produce(t, server, "ab")
			time.Sleep(time.Second)
			for _, body := range []string{body, `{"reason":"another"}`} {
				ask(t, server, protocol, "POST", "/messages/"+p.name+"/fail", body, asJSON...).
					wantBody(t, 200, fmt.Sprintf(`{"status":"ok","messageId":"%s","state":"failed","reason":%q}`, p.name, reason))
			}
			line := server.Log.Only("message.failed").Fields
			if line["message_id"] != p.name || line["reason"] != reason || line["bytes"] != int64(2) || line["chunks"] != int64(1) || line["duration_ms"] != 1000.0 {
				t.Errorf("the log says %v", line)
			}
			got := ask(t, server, protocol, "POST", "/messages/"+p.name+"/complete", "")
			got.wantProblem(t, 409, "message_closed")
			got.wantMembers(t, `"position":1,"bytes":2,"state":"failed"`)
			server.Stop()
		}
	})
}

func TestFailBadly(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		p := produce(t, server, "ab")
		path := "/messages/" + p.name + "/fail"
		for body, code := range map[string]string{`{"reason":1}`: "message_required", `{"reason":null}`: "message_required", "no": "invalid_json", `{"reason":"a","reason":"b"}`: "invalid_json"} {
			got := ask(t, server, protocol, "POST", path, body, asJSON...)
			got.wantProblem(t, 400, code)
			if !strings.Contains(got.body, "reason") && code == "message_required" {
				t.Errorf("%s does not name the member", got.body)
			}
		}
		ask(t, server, protocol, "POST", path, "no", asText...).wantProblem(t, 415, "unsupported_media_type")
		ask(t, server, protocol, "POST", path, `{"reason":"`+strings.Repeat("x", 16<<10)+`"}`, asJSON...).wantProblem(t, 413, "message_too_large")
		p.wantChunks(broker.StateOpen, "ab")
	})
}

// Of several producers that end a message at the same time, one is in the log.
func TestEndedAtTheSameTime(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for range 20 {
			p := produce(t, server, "")
			var asking sync.WaitGroup
			for range 8 {
				asking.Go(func() { ask(t, server, protocol, "POST", "/messages/"+p.name+"/complete", "") })
			}
			asking.Wait()
		}
		if completed := server.Log.Named("message.completed"); len(completed) != 20 {
			t.Errorf("%d completions in the log, want 20", len(completed))
		}
	})
}

// A message whose producer is silent for too long has failed, which the log tells.
func TestProducerGone(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		var server *ssetest.Server
		server = ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{
			ProducerTimeout: time.Minute, Failed: func(message *broker.Message) { server.API.Failed(message) },
		}})
		p := produce(t, server, "ab")
		time.Sleep(time.Minute)
		synctest.Wait()
		line := server.Log.Only("message.failed").Fields
		if line["message_id"] != p.name || line["reason"] != "producer_gone" || line["duration_ms"] != 60_000.0 {
			t.Errorf("the log says %v", line)
		}
		ask(t, server, protocol, "POST", "/messages/"+p.name+"/fail", "").
			wantBody(t, 200, `{"status":"ok","messageId":"`+p.name+`","state":"failed","reason":"producer_gone"}`)
		server.Log.Only("message.failed")
	})
}

// liveCalls are the calls of producers, with bodies that are right.
var liveCalls = map[string][2]string{
	"POST chunks":   {`{"chunk":"c"}`, "message_closed"},
	"POST complete": {"", ""},
	"POST fail":     {`{"reason":"r"}`, "message_closed"},
	"PUT progress":  {`{"percent":1}`, "message_closed"},
}

// What was submitted whole is complete, and does not change.
func TestSubmittedIsClosed(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hé")
		for call, want := range liveCalls {
			method, path, _ := strings.Cut(call, " ")
			got := ask(t, server, protocol, method, "/messages/"+id+"/"+path, want[0], asJSON...)
			if want[1] == "" {
				got.wantBody(t, 200, `{"status":"ok","messageId":"`+id+`","state":"complete"}`)
				continue
			}
			got.wantProblem(t, 409, want[1])
			got.wantMembers(t, `"position":1,"bytes":3,"state":"complete"`)
		}
		if lines := server.Log.Named("message.completed"); len(lines) > 0 {
			t.Errorf("the log says %v", lines)
		}
	})
}

// An id that names nothing is answered before the body is awaited.
func TestUnknownLive(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		for call := range liveCalls {
			method, path, _ := strings.Cut(call, " ")
			for _, id := range []string{unknownID, "x", strings.ToUpper(unknownID[:35])} {
				for _, body := range []string{"", "{}", `{"percent":101}`} {
					ask(t, server, protocol, method, "/messages/"+id+"/"+path, body, asJSON...).wantProblem(t, 404, "message_not_found")
				}
			}
			if method != http.MethodPost {
				continue
			}
			start := time.Now()
			waiting := post(t, server, protocol, "/messages/"+unknownID+"/"+path, -1, asJSON...)
			got := <-waiting.answers
			got.wantProblem(t, 404, "message_not_found")
			if took := time.Since(start); took > time.Second { // in which the end of the body is awaited
				t.Errorf("%s was answered after %v", call, took)
			}
		}
	})
}

// Appending is for debugging, as the chunks of a stream are; what begins and ends a
// message is not. A refusal tells all that the missing line would.
func TestLiveRequestsInTheLog(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		p := produce(t, server, "")
		for _, call := range []string{"POST chunks", "PUT progress", "POST complete", "POST complete", "POST chunks"} {
			method, path, _ := strings.Cut(call, " ")
			ask(t, server, protocol, method, "/messages/"+p.name+"/"+path, liveCalls[call][0], asJSON...)
		}
		for _, line := range server.Log.Named("http.request") {
			if line.Fields["http.route"] != "/messages/{messageId}/complete" {
				t.Errorf("the log says %v", line.Fields)
			}
		}
		if rejected := server.Log.Only("http.request_rejected"); rejected.Fields["url.path"] != "/messages/"+p.name+"/chunks" || rejected.Fields["code"] != "message_closed" {
			t.Errorf("the log says %v", rejected.Fields)
		}
	})
}
