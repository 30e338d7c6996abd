package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// errAway is what a broker says whose store does not answer, and why.
var errAway = fmt.Errorf("%w: no servers available", broker.ErrStoreUnavailable)

// A client is told that the store is away, and when to come back; the log is told
// why, and the metrics count it.
func TestStoreAway(t *testing.T) {
	tests := []struct{ method, path, event, counter string }{
		{"POST", "/send", "message.rejected", "sseserver_messages_rejected_total"},
		{"POST", "/messages", "message.rejected", "sseserver_messages_rejected_total"},
		{"POST", "/messages/" + unknownID + "/chunks", "http.request_rejected", ""},
		{"POST", "/messages/" + unknownID + "/complete", "http.request_rejected", ""},
		{"POST", "/messages/" + unknownID + "/fail", "http.request_rejected", ""},
		{"PUT", "/messages/" + unknownID + "/progress", "http.request_rejected", ""},
		{"GET", "/messages/" + unknownID, "http.request_rejected", ""},
		{"DELETE", "/messages/" + unknownID, "http.request_rejected", ""},
		{"GET", "/stream/" + unknownID, "stream.rejected", "sseserver_streams_rejected_total"},
		{"GET", "/progress/" + unknownID, "stream.rejected", "sseserver_streams_rejected_total"},
		{"GET", "/stream/" + unknownID + "?lastEventId=end", "stream.rejected", "sseserver_streams_rejected_total"},
	}
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, test := range tests {
			server := ssetest.Start(t, ssetest.Config{Wrap: failingWith(errAway)})
			got := ask(t, server, protocol, test.method, test.path, `{"message":"Hi","percent":1}`, asJSON...)
			got.wantProblem(t, 503, "store_unavailable")
			got.wantHeader(t, map[string]string{"Retry-After": "2"})
			if line := server.Log.Only(test.event); line.Fields["error"] != errAway.Error() {
				t.Errorf("%s %s: the log says %v", test.method, test.path, line.Fields)
			}
			series := test.counter + `{reason="store_unavailable"}`
			if test.counter != "" && scrape(t, server)[series] != 1 {
				t.Errorf("%s %s is not counted as %s", test.method, test.path, series)
			}
		}
	})
}

// away is a broker whose store is away, and that has a copy of the message.
type away struct {
	httpapi.Broker
	is *bool
}

func (b away) Append(ctx context.Context, id broker.MessageID, at int, chunk string) (*broker.Message, error) {
	message, err := b.Broker.Append(ctx, id, at, chunk)
	if *b.is {
		err = errors.Join(err, errAway)
	}
	return message, err
}

// A producer that is refused since the store is away is told where the message was.
func TestAppendWithTheStoreAway(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		isAway := false
		server := ssetest.Start(t, ssetest.Config{Wrap: func(b httpapi.Broker) httpapi.Broker { return away{b, &isAway} }})
		p := produce(t, server, "é")
		isAway = true
		got := ask(t, server, protocol, "POST", p.appends("?position=1"), "b", asText...)
		got.wantProblem(t, 503, "store_unavailable")
		got.wantMembers(t, `"position":1,"bytes":2`)
	})
}

// A server whose store does not answer takes no work.
func TestReadyWithTheStoreAway(t *testing.T) {
	available := false
	config := ssetest.Config{}
	config.API.StoreAvailable = func() bool { return available }
	config.API.LogDropped = func() int { return 1 }
	server := ssetest.Start(t, config)
	wantReady := func(status int, body string) {
		t.Helper()
		if got := ask(t, server, ssetest.HTTP1, "GET", "/readyz", ""); got.StatusCode != status || got.body != body {
			t.Errorf("got %d %q, want %d %q", got.StatusCode, got.body, status, body)
		}
	}
	wantReady(503, "store unavailable\n")
	available = true
	wantReady(200, "ok, log: 1 lines dropped\n")
	available = false
	server.API.Drain()
	wantReady(503, "shutting down\n")
}
