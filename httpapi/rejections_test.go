package httpapi_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
)

// What one client is refused above a hundred times in a second is one line, of
// whatever kind the refusals are, and the metrics count each.
func TestRejectionsAreSummed(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		server.Submit("x") // logged, as it is answered
		for range 100 {
			ask(t, server, protocol, "GET", "/stream/none", "")
		}
		for range 30 {
			ask(t, server, protocol, "GET", "/progress/none", "")
			ask(t, server, protocol, "POST", "/send", "{", "Content-Type", "application/json")
			ask(t, server, protocol, "GET", "/messages/none", "")
		}
		server.Submit("x")
		synctest.Wait()
		wantLines(t, server, "before the second is over", 100, 0, 102)
		time.Sleep(time.Second)
		synctest.Wait()
		wantLines(t, server, "after a second", 100, 1, 102)
		summed := server.Log.Only("http.rejections_summed").Fields
		codes := fmt.Sprint(summed["codes"])
		if summed["client.address"] != "192.0.2.1" || summed["count"] != int64(90) || codes != "[message_not_found invalid_json]" {
			t.Errorf("the log says %v", summed)
		}
		ask(t, server, protocol, "GET", "/stream/none", "") // in another second
		synctest.Wait()
		wantLines(t, server, "later", 101, 1, 103)
		if got := scrape(t, server)[`sseserver_streams_rejected_total{reason="message_not_found"}`]; got != 131 {
			t.Errorf("%v rejected streams are counted, want 131", got)
		}
	})
}

// Whoever deletes what is not there, or is no id at all, is not refused, but fills
// the log no more than who is.
func TestDeletionsOfNothingAreSummed(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		for range 75 {
			ask(t, server, protocol, "DELETE", "/messages/"+unknownID, "")
			ask(t, server, protocol, "DELETE", "/messages/none", "")
		}
		ask(t, server, protocol, "DELETE", "/messages/"+server.Submit("x"), "")
		time.Sleep(time.Second)
		synctest.Wait()
		wantLines(t, server, "after a second", 0, 1, 102)
		if got := server.Log.Only("http.rejections_summed").Fields["count"]; got != int64(50) {
			t.Errorf("%v requests are summed, want 50", got)
		}
	})
}

func wantLines(t *testing.T, server *ssetest.Server, when string, rejected, summed, requests int) {
	t.Helper()
	got := []int{len(server.Log.Named("stream.rejected")), len(server.Log.Named("http.rejections_summed")), len(server.Log.Named("http.request"))}
	if got[0] != rejected || got[1] != summed || got[2] != requests {
		t.Errorf("%s: %v lines of stream.rejected, http.rejections_summed and http.request, want %d, %d, %d", when, got, rejected, summed, requests)
	}
	if others := len(server.Log.Named("message.rejected")) + len(server.Log.Named("http.request_rejected")); others > 0 {
		t.Errorf("%s: %d lines of other rejections", when, others)
	}
}

// A log that lacks lines does not make the server less ready, but is told of.
func TestReadyWithoutAWholeLog(t *testing.T) {
	lacking := 0
	config := ssetest.Config{}
	config.API.LogDropped = func() int { return lacking }
	server := ssetest.Start(t, config)
	for _, want := range []string{"ok\n", "ok, log: 17 lines dropped\n"} {
		if got := ask(t, server, ssetest.HTTP1, "GET", "/readyz", ""); got.StatusCode != 200 || got.body != want {
			t.Errorf("got %d %q, want %q", got.StatusCode, got.body, want)
		}
		lacking = 17
	}
}
