package httpapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

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
		stream := server.Open(protocol, "/stream/"+id+"?interval=20ms", "X-Request-Id", "mine")
		stream.WantOpening()
		stream.WantText(0, "né")
		synctest.Wait()
		stream = server.Open(protocol, "/progress/"+id+"?interval=1ms", "Last-Event-ID", "99", "X-Request-Id", "again")
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

		var got strings.Builder
		for _, line := range server.Log.All() {
			fmt.Fprintln(&got, spellLine(line))
		}
		wantGolden(t, "stream.log", got.String())
	})
}
