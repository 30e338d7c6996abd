package load

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// startProxy runs what speaks TLS for the server, which does not.
func startProxy(t *testing.T, address string) *httptest.Server {
	t.Helper()
	behind, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	transport := new(http.Transport)
	proxy := httputil.NewSingleHostReverseProxy(behind)
	proxy.Transport = transport
	secure := httptest.NewUnstartedServer(proxy)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(func() {
		secure.Close()
		transport.CloseIdleConnections()
	})
	return secure
}

// Every way to load the server, and nothing may be wrong with any of them.
func TestRun(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	secure := startProxy(t, server.URL)

	tests := []struct {
		name   string
		config Config
		chunks uint64 // of each stream
	}{
		{"characters", Config{Servers: []string{server.URL}, MessageBytes: 50}, 50},
		{"characters that are no bytes", Config{Servers: []string{server.URL}, Message: "né👨‍👩‍👧\r\n\"\\\x01é"}, 8},
		{"one message", Config{Servers: []string{server.URL}, MessageBytes: 50, Shared: true}, 50},
		{"progress", Config{Servers: []string{server.URL}, Kind: track.Progress}, 100},
		{"h2c", Config{Servers: []string{server.URL}, Protocol: "h2c", MessageBytes: 50}, 50},
		{"h2", Config{Servers: []string{secure.URL}, Protocol: "h2", Insecure: true, MessageBytes: 50}, 50},
		{"TLS", Config{Servers: []string{secure.URL}, Insecure: true, MessageBytes: 50}, 50},
		{"several processes", Config{Servers: []string{server.URL}, Processes: 3, MessageBytes: 50}, 50},
		{"several processes, one message", Config{Servers: []string{server.URL}, Processes: 2, MessageBytes: 50, Shared: true}, 50},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const clients = 8
			got := mustRun(t, quick(tt.config)).Tally.Counts
			got.Reads, got.Comments, got.Steady, got.Coalesced = 0, 0, 0, 0 // depend on time and on the network
			want := measure.Counts{
				Clients: clients, Streams: clients, Connections: clients, Completed: clients, Judged: clients, Good: clients,
				Events: clients * tt.chunks,
			}
			if got != want {
				t.Errorf("\ngot  %+v\nwant %+v", got, want)
			}
		})
	}
}

// Streams that end are opened anew.
func TestStreamsAreOpenedAnew(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	got := runUntilAsked(t, server.URL, 1+2*4, func(proxy string) Config {
		c := quick(Config{Servers: []string{proxy}, Clients: 4, MessageBytes: 10, Duration: time.Hour})
		c.Once = false
		return c
	}).Tally.Counts
	if got.Clients != 4 || got.Streams <= 4 || got.Completed < 4 || got.Completed+got.CutOff+got.Failed != got.Streams || got.Events < 10*got.Completed {
		t.Errorf("got %+v", got)
	}
}

// The message that is made up lasts as long as the run, so that the number of
// streams is constant.
func TestMessageLastsAsLongAsTheRun(t *testing.T) {
	c := Config{Servers: []string{"http://x"}, Clients: 100, Duration: 10 * time.Second}.withDefaults()
	if got, want := len(c.Text()), 223; got != want { // 11.1 s of 50 ms, both ends included
		t.Errorf("%d characters, want %d", got, want)
	}
}

func TestReconnectingClients(t *testing.T) {
	t.Parallel()
	proxy := newProxy(t, undamaged) // for its short reconnection time
	c := quick(Config{Servers: []string{proxy.URL}, Clients: 10, Reconnect: 6, Duration: 300 * time.Millisecond})
	result := mustRun(t, c)
	got := result.Tally.Counts
	if got.Dropped != 6 || got.Reconnects != 6 || got.Completed != 10 || got.Good != 10 || got.ResumedWrong != 0 || got.Truncated != 0 {
		t.Errorf("got %+v", got)
	}
	if n := result.Tally.Distributions.Overall(measure.Outage).TotalCount(); n != 6 {
		t.Errorf("%d outages, want 6", n)
	}
}

func TestSlowClientsStayOutOfTheFigures(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	c := quick(Config{Servers: []string{server.URL}, Clients: 9, SlowReaders: 2, SlowRate: 1000, Stall: 3, MessageBytes: 50, Duration: time.Second})
	result := mustRun(t, c)
	got := result.Tally.Counts
	if got.SlowClients != 5 || got.SlowEvents == 0 || got.Streams != 4 || got.Completed != 4 || got.Judged != 4 || got.Good != 4 || got.Lost != 0 || got.CutOff != 0 {
		t.Errorf("got %+v", got)
	}
	if n := result.Tally.Distributions.Overall(measure.Lateness).TotalCount(); n != 4*50 {
		t.Errorf("%d latenesses, want those of 4 clients", n)
	}
}

// A stalled client reads no more after the read that brought its first event.
// That one may bring as many as come with the response head, of which the
// client reads 4 KiB at most: fewer than 45.
func TestStalledClientsStopReading(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	c := quick(Config{Servers: []string{server.URL}, Clients: 4, Stall: 3, SlowRate: 500, MessageBytes: 200, Interval: time.Millisecond, Duration: time.Second})
	result := mustRun(t, c)
	if got := result.Tally.Counts; got.SlowEvents < 3 || got.SlowEvents >= 3*45 || got.Completed != 1 {
		t.Errorf("got %+v, want the first of 200 events for each of 3 stalled clients, and few more", got)
	}
	if steady := result.Windows.Steady - result.Windows.Ramp; steady != c.Duration { // without an end of its own
		t.Errorf("the steady window lasted %v, want %v", steady, c.Duration)
	}
}

// paced is a stream of numbered events that come a constant time after they
// were due.
func paced(interval, delay time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now().Add(delay)
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w).Flush
		_ = flush()
		for k := 0; ; k++ {
			select {
			case <-time.After(time.Until(start.Add(time.Duration(k) * interval))):
			case <-r.Context().Done():
				return
			}
			_, _ = w.Write([]byte("id: " + string('0'+rune(k%10)) + "\ndata: x\n\n"))
			_ = flush()
		}
	}
}

// What the server delays is lateness, all of it: nothing may come sooner than
// the delay.
func TestServerDelayIsLateness(t *testing.T) {
	t.Parallel()
	const delay = 50 * time.Millisecond
	server := httptest.NewServer(paced(5*time.Millisecond, delay))
	defer server.Close()
	c := quick(Config{URLs: []string{server.URL}, Clients: 3, Interval: 5 * time.Millisecond, Numbering: track.Unnumbered, Duration: 300 * time.Millisecond})
	h := mustRun(t, c).Tally.Distributions.Overall(measure.Lateness)
	if h.TotalCount() == 0 {
		t.Error("no lateness at all")
	}
	if least := time.Duration(h.Min()) * time.Microsecond; least < delay-time.Millisecond { // a histogram has three digits
		t.Errorf("an event was late by %v only, less than the delay of %v", least, delay)
	}
}

// What the generator delays makes the run invalid, although its processor is idle.
func TestGeneratorDelayIsInvalid(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	c := quick(Config{Servers: []string{server.URL}, MessageBytes: 100}).withDefaults()
	jobs, err := c.prepare(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorker(jobs[0])
	w.late = func() time.Duration { return 50 * time.Millisecond }
	part, err := w.run(t.Context(), time.Now(), func(Tick) {})
	if err != nil {
		t.Fatal(err)
	}
	if got := part.Health.Complaints(&part.Tally.Distributions, c.GeneratorLimit); len(got) == 0 {
		t.Error("nobody complains of a generator that is late by 50 ms")
	}
	for _, m := range []measure.Metric{measure.Lateness, measure.Probe} { // what delays the one delays the other
		if least := part.Tally.Distributions.In(m, measure.Steady).Min(); least < 49_900 {
			t.Errorf("%v: an event was late by %d µs only", m, least)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, processes := range []int{1, 2} {
		var events counter
		ctx, interrupt := context.WithCancel(t.Context())
		proxy := newProxy(t, func(c *connection, frame string) ([]string, bool) {
			if events.next() == 2000 { // long after all processes are ready
				interrupt()
			}
			return []string{frame}, false
		})
		c := quick(Config{Servers: []string{proxy.URL}, Duration: time.Hour, MessageBytes: 100_000, Processes: processes})
		result, err := Run(ctx, c, Watch{})
		if err != nil {
			t.Fatal(err)
		}
		got := result.Tally.Counts
		if !result.Interrupted || got.CutOff == 0 || got.CutOff+got.Failed != got.Streams {
			t.Errorf("%d process(es): interrupted %v, %+v", processes, result.Interrupted, got)
		}
		if result.Windows.Steady >= time.Hour {
			t.Errorf("%d process(es): the steady window ends at %v", processes, result.Windows.Steady)
		}
	}
}

// A server that stops answering must cost a failed stream for each client, and
// end the run.
func TestEveryClientFails(t *testing.T) {
	var requests counter
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.next() > 1 { // the first one is the preflight
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
	}))
	defer server.Close()
	c := quick(Config{URLs: []string{server.URL}, Duration: time.Hour})
	result := mustRun(t, c)
	if got := result.Tally.Counts; got.Failed != 8 || result.Tally.Errors["status_503"] != 8 {
		t.Errorf("%+v, errors %v; want 8 failed with status 503", got, result.Tally.Errors)
	}
}

// A line without end must cost neither the memory nor the run.
func TestEndlessLine(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		piece := bytes.Repeat([]byte("x"), 64<<10)
		for {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	result := mustRun(t, quick(Config{URLs: []string{server.URL}, Clients: 2, Duration: time.Hour}))
	if got := result.Tally; got.Counts.Failed != 2 || got.Errors["event_too_long"] != 2 {
		t.Errorf("%+v, errors %v; want 2 failed by an event that is too long", got.Counts, got.Errors)
	}
}

func TestWorkerThatDies(t *testing.T) {
	c := Config{URLs: []string{"http://x"}, Processes: 1}.withDefaults()
	_, err := c.execute(t.Context(), []executor{
		&process{command: []string{"/bin/sh", "-c", "exit 7"}, job: Job{Config: c}},
	}, Watch{})
	if err == nil || errors.Is(err, ErrConfig) {
		t.Errorf("got error %v, want one about the worker process", err)
	}
}
