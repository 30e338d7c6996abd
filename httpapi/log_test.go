package httpapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/logs/logstest"
)

// spellLine writes a line of the log with its fields in order.
func spellLine(line logstest.Line) string {
	text := line.Level.String() + " " + line.Event
	for _, key := range slices.Sorted(maps.Keys(line.Fields)) {
		text += fmt.Sprintf(" %s=%v", key, line.Fields[key])
	}
	return text
}

// What net/http has to say is said in the log.
func TestServerErrors(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	server.HTTP.ErrorLog.Print("http: Accept error: too many open files")
	if got := server.Log.Only("http.server_error").Fields["error"]; got != "http: Accept error: too many open files" {
		t.Errorf("the log says %v", got)
	}
}

// What the log says of one message and two streams of it, in full.
func TestLogOfAStream(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Debug: true})
		id := server.Submit("né")
		synctest.Wait() // here and below: the log is behind the answer
		stream := server.Open(protocol, "/stream/"+id+"?interval=20ms", "X-Request-Id", "mine", "User-Agent", "Reader/1")
		stream.WantOpening()
		stream.WantText(0, "né")
		synctest.Wait()
		stream = server.Open(protocol, "/progress/"+id+"?interval=1ms", "Last-Event-ID", "99", "X-Request-Id", "again", "User-Agent", "Reader/1",
			"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		stream.WantOpening()
		stream.WantResumed(100, true)
		stream.WantPercent(100)
		stream.WantDone()
		synctest.Wait()
		ask(t, server, protocol, "GET", "/livez", "", "X-Request-Id", "probe")
		synctest.Wait()
		ask(t, server, protocol, "GET", "/stream/"+id+"?interval=0", "", "X-Request-Id", "bad")
		synctest.Wait()
		ask(t, server, protocol, "PUT", "/send", "", "X-Request-Id", "put")
		server.Stop()

		wantGolden(t, "stream.log", strings.Join(spellLog(server), ""))
	})
}

// spellLog writes all lines of the log.
func spellLog(server *ssetest.Server) (lines []string) {
	for _, line := range server.Log.All() {
		lines = append(lines, spellLine(line)+"\n")
	}
	return lines
}

// What the log and the metrics say of two live messages, one of which fails.
func TestLogOfALiveMessage(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		server.Log.Forbid("né", "Page")
		post := func(path, body string) (answer string) {
			answer = ask(t, server, protocol, "POST", path, body, asJSON...).body
			time.Sleep(time.Second) // here and below: the log is behind the answer
			return answer
		}
		opened := func(answer string) string {
			_, id, _ := strings.Cut(answer, `"messageId":"`)
			return "/messages/" + id[:36]
		}
		first, second := opened(post("/messages", `{"message":"né"}`)), opened(post("/messages", ""))
		stream := server.Open(protocol, "/stream/"+strings.TrimPrefix(first, "/messages/"), "User-Agent", "Reader/1")
		stream.WantOpening()
		post(first+"/chunks", `{"chunk":"né"}`)
		if now := scrape(t, server); now["sseserver_live_messages"] != 2 || now["sseserver_chunks_appended_total"] != 2 {
			t.Errorf("%v messages are open, and %v chunks appended; want 2 and 2", now["sseserver_live_messages"], now["sseserver_chunks_appended_total"])
		}
		ask(t, server, protocol, "PUT", first+"/progress", `{"percent":50,"chunk":"Page 1 of 2"}`, asJSON...)
		post(first+"/complete", "")
		post(first+"/complete", "") // is told once
		post(first+"/chunks", "")   // is refused
		stream.WantChunk(0, "né")
		stream.WantChunk(1, "né")
		stream.WantDone()
		stream = server.Open(protocol, "/progress/"+strings.TrimPrefix(second, "/messages/")+"?interval=20ms", "User-Agent", "Reader/1")
		stream.WantOpening()
		post(second+"/fail", `{"reason":"no more paper"}`)
		stream.WantFailed("no more paper")
		synctest.Wait()
		if open := scrape(t, server)["sseserver_live_messages"]; open != 0 {
			t.Errorf("%v messages are open, want none", open)
		}
		server.Stop()
		lines := spellLog(server)
		slices.Sort(lines) // what a producer and a reader tell at the same moment has no order
		wantGolden(t, "live.log", strings.Join(lines, ""))
	})
}
