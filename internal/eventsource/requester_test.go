package eventsource_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"sseserver/internal/eventsource"
)

// inTurn makes the requests of its list, one after the other.
type inTurn struct{ requests []eventsource.Request }

func (i *inTurn) Request() eventsource.Request {
	next := i.requests[0]
	i.requests = i.requests[1:]
	return next
}

// Each attempt sends what its requester says, with the last event ID, and a
// request that cannot be sent is the last.
func TestRequestsOfASource(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprintf(w, "id: 7\ndata: %s %s %s %s %s\n\n", r.Method, r.URL, r.Header.Get("A"), body, r.Header.Get("Last-Event-ID"))
	}))
	defer server.Close()
	j := new(journal)
	run(t, t.Context(), eventsource.Config{ReconnectionTime: -1, Handler: j, Requests: &inTurn{[]eventsource.Request{
		{URL: server.URL + "/1", Method: "POST", Header: http.Header{"A": {"a"}}, Body: "b"},
		{URL: server.URL + "/2"},
		{URL: server.URL, Header: http.Header{"A": {"two\nlines"}}},
	}}})
	j.want(t,
		"open", `event "" "POST /1 a b " id="7"`, "closed: ended",
		"open, resumed", `event "" "GET /2   7" id="7"`, "closed: ended",
		"closed: bad_request, final")
}
