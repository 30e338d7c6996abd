package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/broker"
	"sseserver/internal/admin"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
)

// running is an admin listener on a loopback address, with a broker and a log.
type running struct {
	*httptest.Server
	requests sync.WaitGroup // that are not answered to their end
	admin    *admin.Server
	metrics  *metrics.Metrics
	output   *logs.Output
	broker   *broker.Broker
}

// start starts one whose log keeps so many bytes.
func start(t *testing.T, recent int) *running {
	t.Helper()
	output, err := logs.New(logs.Config{Format: logs.JSON, Stderr: io.Discard, Recent: recent})
	if err != nil {
		t.Fatal(err)
	}
	r := &running{output: output, metrics: metrics.New(metrics.Config{}), broker: broker.New(broker.Config{})}
	r.admin = admin.New(admin.Config{Metrics: r.metrics, Output: output, Streams: r.broker})
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.requests.Add(1)
		defer r.requests.Done()
		r.admin.ServeHTTP(w, request)
	}))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var parts sync.WaitGroup
	parts.Go(func() { _ = r.admin.Run(ctx) })
	parts.Go(func() { _ = r.broker.Run(ctx) })
	t.Cleanup(func() {
		r.admin.End()
		r.Server.Close()
		cancel()
		parts.Wait()
		output.Close(time.Minute)
	})
	return r
}

// leave closes what somebody watches, and returns when the server knows that nobody
// watches any more: what is new is counted from the first who does.
func (r *running) leave(w *watcher) {
	w.close()
	r.requests.Wait()
}

// log writes lines, of which the n-th from 1 is at warn if n is even.
func (r *running) log(from, to int) {
	for n := from; n <= to; n++ {
		if n%2 == 0 {
			logs.StreamSlow.Log(r.output.Logger, logs.StreamID(number(byte(n))), logs.MessageID(number(7)), logs.LagMS(time.Duration(n)*time.Millisecond))
		} else {
			logs.MessageDeleted.Log(r.output.Logger, logs.MessageID(number(byte(n))), logs.AgeMS(time.Second), logs.ActiveStreams(n))
		}
	}
}

// number is an id, and idText how it is written.
func number(n byte) [16]byte { return [16]byte{6: 0x40, 8: 0x80, 15: n} }

func idText(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", n) }

func (r *running) ask(t *testing.T, method, path string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := r.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(body)}
}

// event is one of an event stream.
type event struct{ name, id, data string }

// watcher reads an event stream.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
	close func()
	id    string // the last event id
}

// watch connects to an event stream. The last event id may be "".
func (r *running) watch(t *testing.T, path, lastEventID string) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastEventID != "" {
		request.Header.Set("Last-Event-ID", lastEventID)
	}
	response, err := r.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" || response.Header.Get("Cache-Control") != "no-store, no-transform" {
		t.Fatalf("%s: %s, %s", path, response.Status, response.Header)
	}
	w := &watcher{t: t, lines: bufio.NewScanner(response.Body), id: lastEventID}
	w.lines.Buffer(nil, 1<<20)
	w.close = func() { cancel(); response.Body.Close() }
	t.Cleanup(w.close)
	return w
}

// next returns the next event; with no data, a block of an id or retry alone.
func (w *watcher) next() (e event, more bool) {
	for w.lines.Scan() {
		name, value, _ := strings.Cut(w.lines.Text(), ": ")
		switch name {
		case "event":
			e.name = value
		case "id":
			e.id, w.id = value, value
		case "data":
			e.data = value
		case "":
			if e != (event{}) {
				return e, true
			}
		}
	}
	return e, false
}

// want reads the next event, which must be of that name.
func (w *watcher) want(name string) event {
	w.t.Helper()
	e, _ := w.next()
	if e.name != name || e.data == "" {
		w.t.Fatalf("got %+v, want %q", e, name)
	}
	return e
}

// wantLines reads the events of lines with these numbers.
func (w *watcher) wantLines(from, to int) {
	w.t.Helper()
	for n := from; n <= to; n++ {
		if got := seqOf(w.t, w.want("").data); got != n {
			w.t.Fatalf("line %d, want %d", got, n)
		}
	}
}

func seqOf(t *testing.T, text string) int {
	t.Helper()
	var line struct{ Seq int }
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return line.Seq
}

// stream opens a stream of a text, one chunk an hour.
func (r *running) stream(t *testing.T, text, client string, after int) *broker.Subscription {
	t.Helper()
	message, err := r.broker.Submit(t.Context(), netip.Prefix{}, text)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	request, err := r.broker.Prepare(ctx, broker.Request{
		Address: netip.MustParseAddr(client), MessageID: message.ID, Kind: broker.Characters, Unit: broker.DefaultUnit, Interval: time.Hour, After: after,
	})
	if err != nil {
		t.Fatal(err)
	}
	subscription, err := r.broker.Subscribe(ctx, cancel, request)
	if err != nil {
		t.Fatal(err)
	}
	return subscription
}

// texts splits the lines of a file.
func texts(body string) []string {
	if body == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(body, "\n"), "\n")
}
