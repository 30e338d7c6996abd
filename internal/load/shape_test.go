package load

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/eventsource"
	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// crowd is a server of endless streams that knows when each was left.
type crowd struct {
	mu   sync.Mutex
	left map[string][]time.Time // by query
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write([]byte("id: 0\ndata: x\n\nid: 1\ndata: y\n\n"))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left[r.URL.RawQuery] = append(c.left[r.URL.RawQuery], now)
}

// Clients come, go and come again, and what they leave behind is neither lost
// nor truncated nor failed.
func TestStages(t *testing.T) {
	t.Parallel()
	const s = time.Millisecond
	until := map[string]time.Duration{ // that each stream is read, by its number
		"0": 500 * s, "1": 500 * s, "2": 300 * s, "3": 300 * s, "4": 300 * s, "5": 300 * s, "6": 300 * s, "7": 300 * s, "8": 300 * s, "9": 300 * s,
		"12": 500 * s, "13": 500 * s, "14": 500 * s, "15": 500 * s,
	}
	for _, processes := range []int{1, 2} {
		here := &crowd{left: map[string][]time.Time{}}
		server := httptest.NewServer(here)
		c := Config{
			URLs: []string{server.URL + "?{n}"}, Processes: processes, Interval: 10 * time.Millisecond, Drain: time.Minute,
			Stages: mustStages(t, "0s:10,300ms:10,0s:2,100ms:2,0s:6,100ms:6,0s:0,100ms:0"),
		}
		result := mustRun(t, c)
		server.Close() // waits for the last to leave
		got := result.Tally.Counts
		if got.Clients != 14 || got.Streams != 14 || got.CutOff != 14 || got.Truncated+got.Failed+got.Lost+got.Dropped != 0 || len(result.Tally.Errors) > 0 {
			t.Errorf("%d process(es): got %+v, errors %v", processes, got, result.Tally.Errors)
		}
		for number, left := range here.left { // a client may have gone before it had asked
			last := left[len(left)-1].Sub(result.Started)
			if number == "0" && len(left) > 1 {
				left = left[1:] // the preflight has the number of the first stream
			}
			if at, known := until[number]; !known || len(left) != 1 || last < at-s {
				t.Errorf("%d process(es): stream %s came %d times and left after %v, want one after %v", processes, number, len(left), last, at)
			}
		}
		var planned, left uint64
		for _, second := range result.Tally.Timeline {
			planned, left = planned+second.Planned, left+second.Left
		}
		if len(here.left) == 0 || planned != 14 || left != 14 {
			t.Errorf("%d process(es): the timeline has %d clients that came and %d that went, want 14", processes, planned, left)
		}
		if result.Windows.Ramp != 0 {
			t.Errorf("%d process(es): a ramp of %v", processes, result.Windows.Ramp)
		}
	}
}

// A client that leaves before the server answered has not failed: maybe it had
// no time.
func TestLeavingUnansweredIsNoFailure(t *testing.T) {
	t.Parallel()
	var requests counter
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.next() == 1 { // the preflight
			w.Header().Set("Content-Type", "text/event-stream")
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}))
	defer server.Close()
	got := mustRun(t, Config{URLs: []string{server.URL}, Stages: mustStages(t, "0s:3,200ms:3,0s:0,100ms:0")}).Tally.Counts
	if got.Failed+got.Judged != 0 || got.CutOff != 3 {
		t.Errorf("got %+v, want 3 cut off, of which goodput says nothing", got)
	}
}

func TestStagesOfAServer(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	got := mustRun(t, Config{Servers: []string{server.URL}, Interval: 5 * time.Millisecond, Reconnect: 2, Stages: mustStages(t, "200ms:8,400ms:8,200ms:0")}).Tally.Counts
	if got.Events == 0 {
		t.Skip("this machine is too busy: no client was answered while it was there")
	}
	if got.Clients != 8 || got.Lost+got.Duplicate+got.Reordered+got.Corrupt+got.Truncated+got.Failed != 0 {
		t.Errorf("got %+v", got)
	}
}

// Every arrival reads one stream to its end, and the worker forgets it.
func TestArrivals(t *testing.T) {
	t.Parallel()
	server := ssetest.Start(t, ssetest.Config{})
	for _, processes := range []int{1, 2} {
		c := Config{Servers: []string{server.URL}, Arrivals: 200, Duration: time.Second / 4, Drain: time.Minute, Interval: time.Millisecond, MessageBytes: 20, Processes: processes}
		result := mustRun(t, c)
		got := result.Tally.Counts
		if got.Clients != 50 || got.Completed != 50 || got.Good != 50 || got.Events != 50*20 {
			t.Errorf("%d process(es): got %+v", processes, got)
		}
		if lag := result.Tally.Distributions.Overall(measure.OpenLag); lag.TotalCount() != 50 {
			t.Errorf("%d process(es): %d open lags, want 50", processes, lag.TotalCount())
		}
	}
}

// Of any other server each arrival opens one stream, too, whatever becomes of it.
func TestArrivalsAtAnyServer(t *testing.T) {
	t.Parallel()
	var requests counter
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.next()%2 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("data: x\n\n"))
	}))
	defer server.Close()
	got := mustRun(t, Config{URLs: []string{server.URL}, Arrivals: 100, Duration: 300 * time.Millisecond, Drain: time.Minute}).Tally.Counts
	// One that comes late, and so after the end, may be cut off after its event.
	if n := requests.next(); got.Clients != 30 || got.Completed+got.CutOff != 15 || got.Failed != 15 || n != 32 { // with the preflight and this one
		t.Errorf("%d requests, %+v; want 15 streams completed and 15 failed", n, got)
	}
}

// The clients that went leave nothing behind in their group, whatever the order.
func TestGroupLetsClientsGo(t *testing.T) {
	g := newGroup(new(track.Plan), track.Windows{})
	clients := make([]*client, 5)
	for i := range clients {
		clients[i] = &client{group: g}
		g.add(clients[i], 0)
	}
	for k, i := range []int{1, 4, 0, 2, 3} {
		g.remove(clients[i])
		if len(g.clients) != 4-k {
			t.Fatalf("%d clients are left, want %d", len(g.clients), 4-k)
		}
		for place, c := range g.clients {
			if c == clients[i] || int(c.place) != place {
				t.Errorf("after client %d has gone, place %d is wrong", i, place)
			}
		}
	}
	if all := g.clients[:cap(g.clients)]; all[0] != nil {
		t.Error("the last client is still referred to")
	}
}

// A client's pause ends with the time to open streams.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing := make(chan struct{})
		c := &client{worker: &worker{closing: closing}}
		time.AfterFunc(time.Hour, func() { close(closing) })
		for _, tt := range []struct{ asked, got time.Duration }{
			{0, 0}, {time.Minute, time.Minute}, {2 * time.Hour, 59 * time.Minute}, {time.Minute, 0},
		} {
			start := time.Now()
			if c.pause(t.Context(), tt.asked); time.Since(start) != tt.got {
				t.Errorf("a pause of %v lasted %v, want %v", tt.asked, time.Since(start), tt.got)
			}
		}
	})
}

// Clients pause between two streams.
func TestThinkingClients(t *testing.T) {
	t.Parallel()
	const think = 100 * time.Millisecond
	result := runUntilAsked(t, ssetest.Start(t, ssetest.Config{}).URL, 1+2*2, func(proxy string) Config {
		return Config{Servers: []string{proxy}, Clients: 2, Ramp: 1000, MessageBytes: 5, Interval: time.Millisecond, Think: think, Duration: time.Hour}
	})
	if got := result.Tally.Counts; got.Streams <= 2 || got.Completed < 2 || result.Windows.Steady < think {
		t.Errorf("want two streams of each client, the second after %v; got %v, %+v", think, result.Windows.Steady, got)
	}
}

// What this machine cannot open says nothing about the server.
func TestGeneratorOutOfFiles(t *testing.T) {
	for errno, name := range map[syscall.Errno]string{syscall.EMFILE: "out_of_files", syscall.EADDRNOTAVAIL: "out_of_ports"} {
		w := newWorker(Job{Config: Config{URLs: []string{"http://x"}, Processes: 1}.withDefaults()})
		w.start, w.meter = time.Now(), newMeter(w)
		c := w.newClient(visit{until: stays})
		c.begin(0)
		c.Closed(eventsource.Closed{At: time.Now(), Err: &eventsource.Error{
			Reason: eventsource.ReasonConnectFailed, Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", errno)},
		}})
		var part Part
		w.collect(&part)
		complaints := part.Health.Complaints(&part.Tally.Distributions, DefaultGeneratorLimit)
		if len(complaints) != 1 || !strings.Contains(complaints[0], "files or ports") || part.Tally.Errors[name] != 1 {
			t.Errorf("%v: complaints %q, errors %v", errno, complaints, part.Tally.Errors)
		}
	}
}
