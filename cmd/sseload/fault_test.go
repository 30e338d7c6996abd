package main

import (
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
	"sseserver/internal/fault"
	"sseserver/internal/load/report"
)

// reported runs the program and reads its report.
func reported(t *testing.T, args ...string) (outcome, *report.Report) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "r.json")
	got := sseload(append(args, "--json", file)...)
	r, err := report.Read(file)
	if err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	return got, r
}

// wantFaults wants a run without failures in which these kinds happened, each as often
// as it says, or at all.
func wantFaults(t *testing.T, got outcome, r *report.Report, want map[string]uint64) {
	t.Helper()
	happened := r.Faults.Happened
	if !got.ended(0) || len(r.Faults.Missing) > 0 || !strings.Contains(got.stdout, "✓ fault_missing==0") ||
		!slices.Equal(slices.Sorted(maps.Keys(happened)), slices.Sorted(maps.Keys(want))) {
		t.Fatalf("happened %v, want %v; missing %v\n%s%s", happened, want, r.Faults.Missing, got.stdout, got.stderr)
	}
	for name, n := range want {
		if n != some && happened[name] != n {
			t.Errorf("%d %s, want %d", happened[name], name, n)
		}
	}
}

// some is so many as the seeds make of it.
const some = 1 << 63

// plans are all kinds of faults, with what can be seen of them by eight clients.
var plans = map[string]map[string]uint64{
	"cut@5,retry:10ms":                      {"cut": 8},
	"truncate@5,end@9,retry:10ms,split:7":   {"truncate": 8, "end": 8},
	"stall:100ms@5,first:50ms,jitter:20ms":  {"stall": 8, "first": 8},
	"burst:4,drop:20%,double:20%,eol:cr":    {"drop": some, "double": some},
	"swap:20%,corrupt:20%,comment:20%":      {"swap": some, "corrupt": some, "comment": some},
	"noid,nodone,bom,eol:crlf":              {"noid": 8, "nodone": 8},
	"status:503":                            {"status": 8},
	"swap@5,cut@7,drop:10%,nodone,retry:0":  {"swap": some, "cut": some, "drop": some, "nodone": 8},
	"cut:5%,swap:30%,stall:10ms:9%,retry:0": {"cut": some, "swap": some, "stall": some},
}

// Whatever was asked for fails no run, over any protocol.
func TestAskedForFaults(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	conn := server.DialTLS("h2")
	secure := "https://" + conn.RemoteAddr().String()
	asked := strings.Join(slices.Collect(maps.Keys(plans)), ",")
	for _, name := range fault.Names() {
		if !strings.Contains(asked, name) {
			t.Errorf("no plan has %s", name)
		}
	}
	for _, way := range [][]string{{server.URL}, {server.URL, "--protocol=h2c"}, {secure, "--insecure"}, {secure, "--insecure", "--protocol=h2"}} {
		t.Run(strings.Join(way, " "), func(t *testing.T) {
			for plan, want := range plans {
				t.Run(plan, func(t *testing.T) {
					t.Parallel()
					got, r := reported(t, quick(append(way, "--message-bytes=40", "--fault", plan)...)...)
					wantFaults(t, got, r, want)
					if c := r.Counts; want["status"] == 0 && c.Completed != 8 || c.Failed+c.CutOff+c.Truncated > 0 || r.Settings.Fault != plan {
						t.Errorf("asked for %q: %+v", r.Settings.Fault, c)
					}
				})
			}
		})
	}
}

// The same for other streams and clients than those.
func TestAskedForFaultsElsewhere(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	mixed := "--fault=cut:2%,drop:5%,double:5%,swap:10%,corrupt:5%,jitter:5ms,retry:0"
	want := map[string]uint64{"cut": some, "drop": some, "double": some, "swap": some, "corrupt": some}
	for name, args := range map[string][]string{
		"progress":          {server.URL, "--kind=progress"},
		"live":              {"--live", server.URL, "--append-rate=50", "--duration=1s", "--interval=20ms"},
		"unruly clients":    {server.URL, "--message-bytes=100", "--reconnect=50%", "--duration=1s"},
		"several addresses": {server.URL, server.URL, "--message-bytes=100"},
		"several processes": {server.URL, "--message-bytes=100", "--processes=2", "--seed=18446744073709551615"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := reported(t, quick(append(args, mixed)...)...)
			wantFaults(t, got, r, want)
		})
	}
}

// The same seed makes the same faults again.
func TestSeedOfFaults(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	happened := func(seed string) string {
		_, r := reported(t, quick(server.URL, "--message-bytes=100", "--fault=drop:20%", "--seed", seed)...)
		c := r.Counts
		return fmt.Sprint(c.Events, " events, ", r.Faults.Happened["drop"], " dropped")
	}
	if one, again := happened("1"), happened("1"); one != again {
		t.Errorf("%s, and then %s", one, again)
	}
}

// A server that was started with --fault says so of each stream.
func TestFaultsOfTheServer(t *testing.T) {
	plan, err := fault.Parse("cut@10,drop:10%,swap@4,retry:0")
	if err != nil {
		t.Fatal(err)
	}
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Faults: plan}})
	got, r := reported(t, quick(server.URL, "--message-bytes=60")...)
	wantFaults(t, got, r, map[string]uint64{"cut": some, "drop": some, "swap": some})
	if !strings.Contains(got.stdout, " drop, ") || strings.Contains(got.stdout, "seed") {
		t.Errorf("the summary:\n%s", got.stdout)
	}
	got = sseload(quick("--live", server.URL, "--pipe", "--interval=100ms", "--duration=1s")...)
	if got.code != exitConfig || !strings.Contains(got.stderr, "faults do not go with --pipe") {
		t.Errorf("a pipe: %+v", got)
	}
}

// front passes requests on, whose query it changes.
func front(t *testing.T, server *ssetest.Server, change func(query url.Values)) string {
	t.Helper()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	front := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			if query := r.In.URL.Query(); query.Has("fault") {
				change(query)
				r.Out.URL.RawQuery = query.Encode()
			}
		},
	})
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // of responses that are broken off
	front.Start()
	t.Cleanup(func() { front.Close(); transport.CloseIdleConnections() })
	return front.URL
}

// A server that does something else than was asked for fails the run.
func TestUnaskedFaults(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	for _, tt := range []struct{ asked, done, want string }{
		{"drop@3", "", "✗ fault_missing==0            8"},
		{"cut@30,retry:0", "retry:0", "✗ fault_missing==0            8"},
		{"nodone", "", "✗ fault_missing==0            8"},
		{"status:503", "", "✗ fault_missing==0            8"},
		{"stall:1m@5", "", "✗ fault_missing==0            8"},
		{"drop@3", "drop@3,drop@9", "✗ lost==0                     8"},
		{"drop@3", "drop@3,double@9", "✗ duplicate==0                8"},
		{"double@3", "double@3,swap@9", "✗ reordered==0                8"},
		{"corrupt@3", "corrupt@3,corrupt@9", "✗ corrupt==0                  8"},
		{"cut@3,retry:0", "cut@3,cut@9,retry:0", "✗ truncated==0                8"},
		{"cut@3,retry:0", "cut@3,end@9,retry:0", "✗ truncated==0                8"},
		{"end@3,retry:0", "cut@3,retry:0", "✗ truncated==0                8"},
	} {
		t.Run(tt.asked+" and "+tt.done, func(t *testing.T) {
			t.Parallel()
			way := front(t, server, func(query url.Values) { query.Set("fault", tt.done) })
			wantFail(t, sseload(quick(way, "--message-bytes=40", "--fault", tt.asked)...), tt.want)
		})
	}
}

func TestRefusedFaults(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{NoFaults: true}})
	got := sseload(quick(server.URL, "--fault=cut@3")...)
	if got.code != exitError || !strings.Contains(got.stderr, "this server lets no request ask for faults (--no-faults)") {
		t.Errorf("got %+v", got)
	}
	for want, args := range map[string][]string{
		`--fault: there is no fault "explode@3"; there are cut@N`: {"--fault=explode@3", server.URL},
		`--fault: "stall@3" is not of the form stall:V@N`:         {"--fault=cut@3", "--fault=stall@3", server.URL},
		"--fault is for a server's address":                       {"--fault=cut@3", "--url", server.URL},
		"faults do not go with --pipe":                            {"--fault=cut@3", "--pipe", "--live", server.URL},
	} {
		if got := sseload(args...); got.code != exitConfig || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%q: got %+v, want one line with %q", args, got, want)
		}
	}
}
