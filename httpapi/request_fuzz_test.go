package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/assets"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// statuses are those that the description has, and those of net/http. A path that
// is not clean is redirected.
var statuses = map[int]bool{
	200: true, 204: true, 304: true, 307: true,
	400: true, 404: true, 405: true, 406: true, 408: true, 413: true, 415: true, 503: true,
	417: false, 431: false, 501: false, 505: false, // not a problem of ours
}

// FuzzRequest sends whole requests to a server. Each gets an answer that the
// description has, in its form, and if it is not refused, one line in the log, which
// is one line to whatever reads it.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][]string{
		{"POST", "/send", "application/json", "", "", "", `{"message":"Hi"}`},
		{"POST", "/send", "application/json", "gzip", "", "", `{"message":"Hi"}`},
		{"GET", "/stream/{id}?interval=1us&unit=word", "", "", "text/event-stream", "0", ""},
		{"GET", "/progress/{id}?lastEventId=end", "", "", "", "99", "unwanted"},
		{"GET", "/stream/{id}?lastEventId=%00%E2%80%A8%ff", "", "", "*/*;q=0", "-1", ""},
		{"HEAD", "/stream/5B0E2F0C-8A57-4A5E-9D0B-0D3F4A1C2B3E", "", "", "text/*;q=x", "é\u0085", ""},
		{"DELETE", "/messages/{id}", "", "", "", "", ""},
		{"GET", "/messages/%2e%2e/%0a%u%", "", "", "", "", ""},
		{"OPTIONS", "*", "", "", "", "", ""},
		{"GET", "/a/..//livez?%zz;x", "", "", "", "", ""},
		{"PUT", "/%E2%80%AE\u2028", "", "", "", "", "x"},
		{"get", "//readyz", "", "", "", "", ""},
		{"TRACE", "/index.html", "", "", "", "", ""},
		{"GET", "http://b/send", "", "", "", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], []byte(seed[6]))
	}
	server := startProgram(f)
	f.Fuzz(func(t *testing.T, method, target, contentType, coding, accept, lastEventID string, body []byte) {
		request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, server.url, bytes.NewReader(body))
		if err != nil || method == "CONNECT" || len(target) > 4096 {
			return
		}
		target = strings.ReplaceAll(target, "{id}", server.stored(t))
		if !strings.HasPrefix(target, "/") {
			target = "/" + target
		}
		path, query, _ := strings.Cut(target, "?")
		request.URL.Opaque, request.URL.RawQuery = "//a"+path, query // as it is, whatever that is
		for name, value := range map[string]string{"Content-Type": contentType, "Content-Encoding": coding, "Accept": accept, "Last-Event-ID": lastEventID} {
			request.Header.Set(name, value)
		}
		response, err := server.client.RoundTrip(request)
		if err != nil {
			if strings.HasPrefix(err.Error(), "net/http: ") { // it was never sent
				return
			}
			t.Fatalf("%s %q: %v", method, target, err)
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatalf("%s %q: %v", method, target, err)
		}
		checkForm(t, response, content)
		server.log.wantWhole(t)
		id := response.Header.Get("X-Request-Id")
		if id != "" && response.StatusCode < 400 && method != http.MethodDelete { // of the others, and of deletions that find nothing, only so many a second have lines
			server.log.await(t, id)
		}
	})
}

// checkForm checks the status of an answer, and the form that goes with it.
func checkForm(t *testing.T, response *http.Response, content []byte) {
	t.Helper()
	ours, documented := statuses[response.StatusCode]
	if !documented {
		t.Fatalf("%s: %s", response.Status, content)
	}
	if !ours || response.StatusCode < 400 || response.Header.Get("X-Request-Id") == "" || len(content) == 0 {
		return
	}
	var problem struct {
		Code   string
		Status int
	}
	if err := json.Unmarshal(content, &problem); err != nil || problem.Status != response.StatusCode || problem.Code == "" {
		t.Fatalf("%s: %q is no problem: %v", response.Status, content, err)
	}
}

// program is a server with the log of a program, in JSON.
type program struct {
	url    string
	client *http.Transport
	broker *broker.Broker
	log    *oneLines

	mu sync.Mutex
	id broker.MessageID // stored, until a request deletes it
}

func startProgram(t testing.TB) *program {
	log := newOneLines()
	output, err := logs.New(logs.Config{Format: logs.JSON, Level: zapcore.DebugLevel, Stderr: log})
	if err != nil {
		t.Fatal(err)
	}
	b := broker.New(broker.Config{MaxMessages: 100})
	api, err := httpapi.New(httpapi.Config{
		Broker: b, Pages: assets.FS(), Logger: output.Logger,
		Interval: time.Microsecond, ProgressInterval: time.Microsecond, MinInterval: time.Microsecond, MaxInterval: time.Microsecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	server := api.HTTPServer()
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	running.Go(func() { _ = api.Run(ctx) })
	running.Go(func() { _ = server.Serve(listener) })
	client := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
	}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		_ = server.Close()
		_ = api.Wait(ctx)
		stop()
		running.Wait()
		output.Close(time.Minute)
	})
	return &program{url: "http://a/", client: client, broker: b, log: log}
}

// stored returns the id of a message.
func (b *program) stored(t *testing.T) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.broker.Lookup(t.Context(), b.id); err != nil {
		message, err := b.broker.Submit(t.Context(), netip.Prefix{}, "Hi 👋🏽")
		if err != nil {
			t.Fatal(err)
		}
		b.id = message.ID
	}
	return b.id.String()
}

// oneLines checks that what is written to it are whole lines, each of which is one
// to every reader, and knows which requests were logged.
type oneLines struct {
	mu      sync.Mutex
	logged  map[string]int // lines of http.request by request_id
	changed sync.Cond
	wrong   error
}

func newOneLines() *oneLines {
	l := &oneLines{logged: make(map[string]int)}
	l.changed.L = &l.mu
	return l
}

func (l *oneLines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(text) {
		var fields struct {
			Event     string `json:"event"`
			RequestID string `json:"request_id"`
		}
		err := json.Unmarshal(line, &fields)
		inside, ended := bytes.CutSuffix(line, []byte("\n"))
		if err != nil || !ended || bytes.ContainsAny(inside, "\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029") {
			l.wrong = fmt.Errorf("%q: %v", line, err)
		}
		if fields.Event == logs.HTTPRequest.Name {
			l.logged[fields.RequestID]++
		}
	}
	l.changed.Broadcast()
	return len(text), nil
}

// wantWhole checks that all lines were whole so far.
func (l *oneLines) wantWhole(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrong != nil {
		t.Fatal(l.wrong)
	}
}

// await waits for the line of a request, of which there is one.
func (l *oneLines) await(t *testing.T, id string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.logged[id] == 0 {
		l.changed.Wait()
	}
	if l.logged[id] > 1 {
		t.Fatalf("%d lines of one request", l.logged[id])
	}
	delete(l.logged, id)
}
