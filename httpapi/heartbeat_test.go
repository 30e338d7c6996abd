package httpapi_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// What a page is shown of a silence, byte for byte and to the nanosecond.
func TestHeartbeatEvents(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		start := time.Now()
		stream := server.Open(protocol, "/progress/"+id+"?interval=20s&heartbeat=event", "Last-Event-ID", "98")
		stream.WantOpening()
		stream.WantResumed(99, true)
		stream.WantPercent(99)
		beat := stream.WantEvent("heartbeat", "99", "{}") // the last event id stays what it was
		if at := beat.At.Sub(start); at != 15*time.Second {
			t.Errorf("a heartbeat after %v, want 15s", at)
		}
		if at := stream.WantPercent(100).At.Sub(start); at != 20*time.Second {
			t.Errorf("the last step after %v, want 20s", at)
		}
		stream.WantDone()
		wantGolden(t, "heartbeats.sse", string(stream.Raw()))
		if beats := scrape(t, server)["sseserver_heartbeats_sent_total"]; beats != 1 {
			t.Errorf("%v heartbeats are counted, want 1", beats)
		}
		if events := scrape(t, server)[`sseserver_events_sent_total{kind="progress"}`]; events != 4 {
			t.Errorf("%v events are counted, want resumed, two steps and done", events)
		}
	})
}

// A live message on which nobody works has the same heartbeats, of both kinds.
func TestLiveHeartbeatEvents(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{Heartbeat: time.Second}})
		p := produce(t, server, "")
		for _, path := range []string{"/stream/", "/progress/"} {
			reader := server.Open(protocol, p.path(path+"?heartbeat=event"))
			last := reader.WantOpening().At
			for range 3 {
				beat := reader.WantEvent("heartbeat", "", "{}")
				if after := beat.At.Sub(last); after != time.Second {
					t.Errorf("%s: a heartbeat after %v, want 1s", path, after)
				}
				last = beat.At
			}
			reader.Close()
		}
	})
}

// What a plan does to frames it does to heartbeats that are events.
func TestFaultyHeartbeatEvents(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hi")
		get := func(query string) string {
			t.Helper()
			resp, err := server.Client(protocol).Get(server.URL + "/progress/" + id + "?lastEventId=98&interval=1s&fault=stall:20s@100" + query)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(body)
		}
		const beat = "event: heartbeat\ndata: {}\n\n"
		plain := get("&heartbeat=event")
		if strings.Count(plain, beat) != 1 {
			t.Fatalf("%q, want one heartbeat", plain)
		}
		for plan, want := range map[string]string{
			",eol:crlf": strings.ReplaceAll(plain, "\n", "\r\n"),
			",eol:cr":   strings.ReplaceAll(plain, "\n", "\r"),
			",split:1":  plain,
			",bom":      "\ufeff" + plain,
			",noid":     strings.NewReplacer("id: 99\n", "", "id: 100\n", "", "id: end\n", "").Replace(plain),
			",nodone":   plain[:strings.Index(plain, "event: done")],
		} {
			if got := get(plan + "&heartbeat=event"); got != want {
				t.Errorf("%s\n got %q\nwant %q", plan, got, want)
			}
		}
		if got, want := get(""), strings.Replace(plain, beat, ": heartbeat\n\n", 1); got != want {
			t.Errorf("without the parameter\n got %q\nwant %q", got, want)
		}
	})
}

// The kind of heartbeats stands in the query or in the plan of the head, and is told
// in the answer. What is wrong is refused, before there is a stream.
func TestHeartbeatParameter(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hi")
		for _, path := range []string{"/stream/" + id, "/progress/" + id} {
			for _, query := range []string{"?heartbeat=", "?heartbeat=Event", "?heartbeat=event,comment", "?heartbeat=0"} {
				for _, method := range []string{"GET", "HEAD"} {
					if got := ask(t, server, protocol, method, path+query, ""); got.StatusCode != http.StatusBadRequest {
						t.Errorf("%s %s%s: %s, want 400", method, path, query, got.Status)
					}
				}
				ask(t, server, protocol, "GET", path, "", "X-Stream-Plan", query[1:]).wantProblem(t, 400, "invalid_parameter")
			}
			if got := ask(t, server, protocol, "HEAD", path+"?heartbeat=event", ""); got.StatusCode != http.StatusOK {
				t.Errorf("HEAD %s: %s, want 200", path, got.Status)
			}
		}
		for query, want := range map[string]string{
			"":                   "interval=1ms&unit=character&heartbeat=event",
			"?heartbeat=event":   "interval=1ms&unit=character&heartbeat=event",
			"?heartbeat=comment": "interval=1ms&unit=character",
		} {
			ask(t, server, protocol, "GET", "/stream/"+id+query, "", "X-Stream-Plan", "interval=1ms&heartbeat=event").
				wantHeader(t, map[string]string{"X-Stream-Plan": want})
		}
	})
}

// Clients of the chat wire know no events with names, so there the heartbeats stay
// comments.
func TestChatHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		chat := chatOf("one two", `,"stream":true`)
		refused := startChat(t, server, ssetest.HTTP1, chat, "heartbeat=event")
		if refused.StatusCode != http.StatusBadRequest {
			t.Errorf("events are answered with %s, want 400", refused.Status)
		}
		body, err := io.ReadAll(startChat(t, server, ssetest.HTTP1, chat, "interval=20s&heartbeat=comment").Body)
		if err != nil || strings.Count(string(body), "\n\n: heartbeat\n\n") != 1 {
			t.Errorf("%q, %v; want one heartbeat", body, err)
		}
	})
}
