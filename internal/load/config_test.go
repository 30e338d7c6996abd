package load

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
)

func TestBadConfig(t *testing.T) {
	const base, stream = "http://127.0.0.1:1", "http://127.0.0.1:1/events"
	lateness := []threshold.Threshold{mustParse(t, "lateness.p99<50ms")}
	tests := []struct {
		config Config
		want   string
	}{
		{Config{}, "say what to load"},
		{Config{Servers: []string{base}, URLs: []string{stream}}, "exclude each other"},
		{Config{Servers: []string{"ftp://x"}}, "scheme"},
		{Config{Servers: []string{"http://"}}, "no host"},
		{Config{Servers: []string{"http://[::1"}}, "missing ']'"},
		{Config{Servers: []string{base}, Protocol: "http3"}, "http1, h2c or h2"},
		{Config{Servers: []string{base}, Protocol: "h2"}, "https"},
		{Config{Servers: []string{"https://127.0.0.1:1"}, Protocol: "h2c"}, "http address"},
		{Config{Servers: []string{base}, Clients: -1}, "-1 clients"},
		{Config{Servers: []string{base}, Ramp: -1}, "--ramp"},
		{Config{Servers: []string{base}, Duration: -1}, "negative"},
		{Config{Servers: []string{base}, Interval: 1}, "100µs or more"},
		{Config{Servers: []string{base}, Clients: 10, SlowReaders: 4, Stall: 6}, "no client whose stream is judged"},
		{Config{Servers: []string{"ftp://me:secret@x"}}, "me:xxxxx@x"},
		{Config{Servers: []string{base}, GeneratorLimit: -1}, "negative"},
		{Config{Servers: []string{base}, Clients: 2, Processes: 3}, "--processes"},
		{Config{Servers: []string{base}, Clients: 10, Reconnect: 5, Stall: 6}, "no client is two of these"},
		{Config{Servers: []string{base}, Message: "x", MessageBytes: 1}, "exclude each other"},
		{Config{Servers: []string{base}, MessageBytes: -1}, "--message-bytes"},
		{Config{Servers: []string{base}, Numbering: track.ByID}, "--sequence"},
		{Config{Servers: []string{base}, Done: track.DoneClose}, "--expect-done"},
		{Config{URLs: []string{stream}, Method: "POST", Reconnect: 1}, "not resumed"},
		{Config{URLs: []string{stream}, Method: "CONNECT"}, "--method CONNECT: no event stream can answer it"},
		{Config{URLs: []string{stream}, Method: "HEAD"}, "--method HEAD: no event stream can answer it"},
		{Config{URLs: []string{stream}, Method: "TRACE"}, "--method TRACE: no event stream can answer it"},
		{Config{URLs: []string{stream}, Method: "post"}, "--method post: did you mean POST?"},
		{Config{Servers: []string{base}, Header: http.Header{"Content-Length": {"5"}}}, "--header Content-Length: it follows from the body"},
		{Config{URLs: []string{stream}, Header: http.Header{"transfer-encoding": {"chunked"}}}, "--header Transfer-Encoding: it follows from the body"},
		{Config{Servers: []string{base}, Stages: Stages{{time.Second, 5}}, Ramp: 5}, "leave out --clients, --ramp"},
		{Config{Servers: []string{base}, Stages: Stages{{time.Second, 5}}, Arrivals: 5}, "--stages and --arrivals"},
		{Config{Servers: []string{base}, Stages: Stages{{time.Second, 0}}}, "some time with some clients"},
		{Config{Servers: []string{base}, Arrivals: -1}, "--arrivals -1"},
		{Config{Servers: []string{base}, Arrivals: 1e9}, "--arrivals 1e+09: want new streams per second, more than 0 and 10000000 at most"},
		{Config{Servers: []string{base}, Arrivals: 5, Ramp: 5}, "leave out --clients and --ramp"},
		{Config{Servers: []string{base}, Arrivals: 5, Once: true}, "--once and --think"},
		{Config{Servers: []string{base}, Arrivals: 5, Think: 1}, "--once and --think"},
		{Config{Servers: []string{base}, Once: true, Think: 1}, "with --once there is none"},
		{Config{Servers: []string{base}, Think: -1}, "--think"},
		{Config{URLs: []string{stream}, Shared: true}, "not for --url"},
		{Config{URLs: []string{stream}, Kind: track.Progress}, "not for --url"},
		{Config{URLs: []string{stream}, FirstEvent: true}, "--anchor needs --interval"},
		{Config{URLs: []string{stream}, Thresholds: lateness}, "needs --interval"},
	}
	for _, tt := range tests {
		_, err := Run(t.Context(), tt.config, Watch{})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: got error %v, want one line with %q", tt.config, err, tt.want)
		}
	}
}

func TestScheduled(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   bool
	}{
		{Config{Servers: []string{"a"}}, true},
		{Config{URLs: []string{"a"}}, false},
		{Config{URLs: []string{"a"}, Interval: 1}, true},
		{Config{URLs: []string{"a"}, Publish: Publish{URL: "b", Body: "{n}"}}, true},
	} {
		if got := tt.config.Scheduled(); got != tt.want {
			t.Errorf("%+v: got %v", tt.config, got)
		}
	}
}

func TestAddressWithoutScheme(t *testing.T) {
	for protocol, want := range map[string]string{"http1": "http://localhost:4400", "h2": "https://localhost:4400"} {
		if got := (Config{Servers: []string{"localhost:4400/"}, Protocol: protocol}).withDefaults().Servers[0]; got != want {
			t.Errorf("%s: got %s, want %s", protocol, got, want)
		}
	}
}

func TestFileLimit(t *testing.T) {
	c := Config{Clients: 19000, Processes: 1}
	err := c.checkFiles(1024)
	for _, want := range []string{"1024", "RLIMIT_NOFILE", "992 clients", "19000", "--processes 20"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q in it", err, want)
		}
	}
	c.Processes = 20
	if err := c.checkFiles(1024); err != nil {
		t.Errorf("as advised: %v", err)
	}
	if err := c.checkFiles(3); err == nil {
		t.Error("a limit of 3 is enough for nobody")
	}
}

func TestPortLimit(t *testing.T) {
	c := Config{Clients: 30000}
	if err := c.checkPorts(28232); err == nil || !strings.Contains(err.Error(), "--source-addresses 2") {
		t.Errorf("got error %v, want the advice to use two addresses", err)
	}
	c.SourceAddresses = make([]netip.Addr, 2)
	if err := c.checkPorts(28232); err != nil {
		t.Errorf("as advised: %v", err)
	}
}

// Half of the ports is where connecting becomes slow, so on the loopback
// network it ends before.
func TestManyClientsOnTheLoopbackNetwork(t *testing.T) {
	tests := []struct {
		config Config
		want   int
	}{
		{Config{Servers: []string{"http://127.0.0.1:4400"}, Clients: 11000}, 0},
		{Config{Servers: []string{"http://127.0.0.1:4400"}, Clients: 19000}, 2},
		{Config{URLs: []string{"http://127.0.0.9:4400/x"}, Clients: 50000}, 5},
		{Config{Servers: []string{"http://127.0.0.1:4400", "http://127.0.0.1:4401"}, Clients: 19000}, 0},
		{Config{URLs: []string{"http://127.0.0.1:4400/a", "http://127.0.0.1:4400/b"}, Clients: 19000}, 2},
		{Config{Servers: []string{"http://127.0.0.1:4400", "http://192.0.2.1:4400"}, Clients: 49000}, 0},
		{Config{Servers: []string{"http://127.0.0.1:4400"}, Clients: 19000, SourceAddresses: Loopback(7)}, 7},
		{Config{Servers: []string{"http://127.0.0.1:4400"}, Clients: 19000, Protocol: "h2c"}, 0},
		{Config{Servers: []string{"http://[::1]:4400"}, Clients: 19000}, 0},
		{Config{Servers: []string{"http://192.0.2.1:4400"}, Clients: 19000}, 0},
	}
	for _, tt := range tests {
		if got := len(tt.config.withDefaults().withSources(28232).SourceAddresses); got != tt.want {
			t.Errorf("%d clients of %v: %d source addresses, want %d", tt.config.Clients, tt.config.targets(), got, tt.want)
		}
	}
}

func TestEveryClientBelongsToOneProcess(t *testing.T) {
	for _, processes := range []int{1, 2, 3, 7} {
		var all []int
		for p := range processes {
			for v := range (Config{Clients: 23, Ramp: 1, Processes: processes}).visits(p) {
				all = append(all, v.client)
			}
		}
		slices.Sort(all)
		for want, got := range all {
			if got != want {
				t.Fatalf("%d processes: clients %v", processes, all)
			}
		}
		if len(all) != 23 {
			t.Errorf("%d processes have %d clients, want 23", processes, len(all))
		}
	}
}

func TestRoles(t *testing.T) {
	c := Config{Clients: 100, Reconnect: 20, SlowReaders: 10, Stall: 5, Seed: 7}
	count := map[role]int{}
	for _, r := range c.roles() {
		count[r]++
	}
	if count[dropper] != 20 || count[slow] != 10 || count[stalled] != 5 || count[reader] != 65 {
		t.Errorf("got %v", count)
	}
	if !slices.Equal(c.roles(), c.roles()) {
		t.Error("two processes would deal the roles differently")
	}
	c = c.withDefaults()
	for client := range 100 {
		open, end := c.planned(client), c.windows().Steady
		if at := c.dropAt(visit{client: client, from: open, until: stays}); at < open || at > open+(end-open)/5*4 {
			t.Errorf("client %d, open from %v to %v, drops at %v", client, open, end, at)
		}
	}
}

func TestPlan(t *testing.T) {
	c := Config{Clients: 50, Ramp: 100, Duration: 3 * time.Second, Drain: time.Second}
	want := track.Windows{Ramp: 550 * time.Millisecond, Steady: 3550 * time.Millisecond, End: 4550 * time.Millisecond}
	if got := c.windows(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := c.planned(25); got != 250*time.Millisecond {
		t.Errorf("client 25 opens at %v, want 250 ms", got)
	}
}

func TestHealth(t *testing.T) {
	h := Health{CPU: 1700 * time.Millisecond, Wall: time.Second, Procs: 4, CPUs: 2}
	if h.Cores() != 2 || h.CPUShare() != 0.85 {
		t.Errorf("%d cores, share %v; want 2 and 0.85", h.Cores(), h.CPUShare())
	}
	part := Part{Health: h}
	if got := h.Complaints(&part.Tally.Distributions, DefaultGeneratorLimit); len(got) != 1 || !strings.Contains(got[0], "85 %") {
		t.Errorf("complaints %q, want one about 85 %% of the cores", got)
	}
	h.CPU = 1500 * time.Millisecond
	if got := h.Complaints(&part.Tally.Distributions, DefaultGeneratorLimit); len(got) != 0 {
		t.Errorf("complaints %q, want none", got)
	}
	part.Tally.Distributions.Record(measure.Probe, measure.Steady, 15*time.Millisecond)
	for limit, want := range map[time.Duration]string{DefaultGeneratorLimit: "over 10ms", 20 * time.Millisecond: ""} {
		got := strings.Join(h.Complaints(&part.Tally.Distributions, limit), "")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("late by 15 ms, limit %v: complaint %q, want %q in it", limit, got, want)
		}
	}
	h.Merge(Health{CPU: time.Second, Wall: time.Second, Procs: 1, CPUs: 2})
	if h.Cores() != 2 || h.CPUShare() != 1.25 {
		t.Errorf("two processes: %d cores, share %v; want 2 and 1.25", h.Cores(), h.CPUShare())
	}
}
