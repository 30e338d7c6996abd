package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"sseserver/internal/eventsource"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { http.DefaultClient.CloseIdleConnections() }))
}

// suite drives the service as the outside suite does: it plays the SSE server,
// receives the callbacks and calls the service, all over HTTP.
type suite struct {
	t       *testing.T
	service string // URL

	streamURL   string
	connections chan *connection
	callbackURL string
	callbacks   chan message
}

// connection is one request of the client under test.
type connection struct {
	*http.Request
	body  string
	send  chan string // closed to end the response
	abort chan struct{}
}

// sendOrEnd sends a piece of the response, unless the connection ends before.
func (c *connection) sendOrEnd(piece string) {
	select {
	case c.send <- piece:
	case <-c.Context().Done():
	}
}

func newSuite(t *testing.T) *suite { return newSuiteOver(t, &eventsource.Transport{}) }

func newSuiteOver(t *testing.T, transport *eventsource.Transport) *suite {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := newService(ctx, stop, transport)
	service := httptest.NewServer(s.handler())
	x := &suite{t: t, service: service.URL, connections: make(chan *connection), callbacks: make(chan message)}
	stream := httptest.NewServer(http.HandlerFunc(x.serveStream))
	callback := httptest.NewServer(http.HandlerFunc(x.serveCallback))
	x.streamURL, x.callbackURL = stream.URL, callback.URL
	t.Cleanup(func() {
		stop()
		s.streams.Wait()
		for _, srv := range []*httptest.Server{service, stream, callback} {
			srv.Close()
		}
	})
	return x
}

func (x *suite) serveStream(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c := &connection{r, string(body), make(chan string), make(chan struct{})}
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	_ = flush()
	select {
	case x.connections <- c:
	case <-r.Context().Done():
		return
	}
	for {
		select {
		case piece, ok := <-c.send:
			if !ok {
				return
			}
			_, _ = io.WriteString(w, piece)
			_ = flush()
		case <-c.abort:
			panic(http.ErrAbortHandler)
		case <-r.Context().Done():
			return
		}
	}
}

func (x *suite) serveCallback(w http.ResponseWriter, r *http.Request) {
	var m message
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		x.t.Errorf("callback %s: %v", r.URL, err)
	}
	m.Comment += "#" + strings.TrimPrefix(r.URL.Path, "/") // its number
	select {
	case x.callbacks <- m:
	case <-r.Context().Done():
	}
}

// create asks for a stream and returns its URL.
func (x *suite) create(params map[string]any) string {
	x.t.Helper()
	for key, value := range map[string]any{"tag": x.t.Name(), "streamUrl": x.streamURL, "callbackUrl": x.callbackURL} {
		if params[key] == nil {
			params[key] = value
		}
	}
	resp := x.call("POST", x.service, params)
	if resp.StatusCode != http.StatusCreated {
		x.t.Fatalf("create: status %d", resp.StatusCode)
	}
	return x.service + resp.Header.Get("Location")
}

// start creates a stream and waits for its first connection.
func (x *suite) start(params map[string]any) (string, *connection) {
	x.t.Helper()
	stream := x.create(params)
	return stream, <-x.connections
}

func (x *suite) call(method, url string, body any) *http.Response {
	x.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(text))
	if err != nil {
		x.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

func (x *suite) wantCallbacks(first int, want ...message) {
	x.t.Helper()
	for i, w := range want {
		got := <-x.callbacks
		w.Comment += fmt.Sprintf("#%d", first+i)
		gotText, _ := json.Marshal(got)
		wantText, _ := json.Marshal(w)
		if !bytes.Equal(gotText, wantText) {
			x.t.Fatalf("callback %d\n got %.300s\nwant %.300s", first+i, gotText, wantText)
		}
	}
}

// wantError takes one callback of kind error and returns its text.
func (x *suite) wantError() string {
	x.t.Helper()
	got := <-x.callbacks
	if got.Kind != "error" || got.Error == "" {
		x.t.Fatalf("got callback %+v, want an error", got)
	}
	return got.Error
}

func eventOf(typ, data, id string) message {
	return message{Kind: "event", Event: &event{typ, data, id}}
}
func commentOf(text string) message { return message{Kind: "comment", Comment: text} }
