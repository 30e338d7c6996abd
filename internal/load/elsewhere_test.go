package load

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/produce"
)

// cluster is servers that have the same messages.
type cluster struct{ nodes []*node }

// node is one of them.
type node struct {
	*httptest.Server
	ill      atomic.Bool // answers everything with 503
	appended atomic.Int32
	begun    chan struct{} // has an element for each stream whose first chunk was sent
}

// firstChunk tells when the first chunk of a message was sent in a response.
type firstChunk struct {
	http.ResponseWriter
	written bool
	sent    chan<- struct{}
}

func (f *firstChunk) Write(p []byte) (int, error) {
	f.written = f.written || bytes.HasPrefix(p, []byte("id: 0\n"))
	return f.ResponseWriter.Write(p)
}

func (f *firstChunk) FlushError() error {
	err := http.NewResponseController(f.ResponseWriter).Flush()
	if f.written {
		f.written = false
		f.sent <- struct{}{}
	}
	return err
}

func startCluster(t *testing.T, s *liveServer, nodes int) *cluster {
	t.Helper()
	startLive(t, s)
	c := new(cluster)
	for range nodes {
		n := &node{begun: make(chan struct{}, 100)}
		n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.ill.Load() {
				w.Header().Set("Retry-After", "1")
				http.Error(w, `{"code":"store_unavailable"}`, http.StatusServiceUnavailable)
				return
			}
			if strings.HasSuffix(r.URL.Path, "/chunks") {
				n.appended.Add(1)
			}
			s.Config.Handler.ServeHTTP(&firstChunk{ResponseWriter: w, sent: n.begun}, r)
		}))
		t.Cleanup(func() {
			_ = n.Config.Close() // streams, too
			n.Close()
		})
		c.nodes = append(c.nodes, n)
	}
	return c
}

func (c *cluster) addresses() (all []string) {
	for _, n := range c.nodes {
		all = append(all, n.URL)
	}
	return all
}

// A node that dies while it is appended to takes nothing with it: its readers resume at
// the others, and its producers go on there, where they find what was not answered.
func TestNodeThatDies(t *testing.T) {
	for _, pipe := range []bool{false, true} {
		t.Run(fmt.Sprintf("pipe %v", pipe), func(t *testing.T) {
			t.Parallel()
			var nodes *cluster
			nodes = startCluster(t, &liveServer{after: func(_ http.ResponseWriter, request int) {
				if request == 4 {
					for range 2 { // its readers: what ends before its first event is no outage
						<-nodes.nodes[0].begun
					}
					_ = nodes.nodes[0].Config.Close()
				}
			}}, 3)
			c := fewChunks(nodes.nodes[0].URL)
			c.Servers, c.Live.Pipe = nodes.addresses(), pipe
			r := mustRun(t, c)
			got := r.Tally.Counts
			if onlyFaults(got) != (measure.Counts{Truncated: got.Truncated}) || got.Completed != 6 || got.Appended != appended {
				t.Errorf("got %+v", got)
			}
			if outages := r.Tally.Distributions.Overall(measure.Outage).TotalCount(); got.Truncated != 2 || outages != 2 {
				t.Errorf("%d streams truncated, %d outages, want those of the two readers of one node", got.Truncated, outages)
			}
			for name, n := range r.Tally.Errors {
				if !strings.HasPrefix(name, "append_") || n > 2 {
					t.Errorf("errors %v, want one or two of the one producer", r.Tally.Errors)
				}
			}
		})
	}
}

// What is appended to one node is read at the others.
func TestAppendTo(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, &liveServer{}, 2)
	c := fewChunks(nodes.nodes[0].URL)
	c.Live.AppendTo = nodes.nodes[1].URL + "/"
	if r := mustRun(t, c); r.Tally.Counts.Completed != 6 || r.Tally.Counts.Appended != appended || len(r.Tally.Errors) > 0 {
		t.Errorf("got %+v, errors %v", r.Tally.Counts, r.Tally.Errors)
	}
	if n := nodes.nodes[1].appended.Load(); n < appended || nodes.nodes[0].appended.Load() > 0 {
		t.Errorf("%d appended at the node that was named, %d at the other", n, nodes.nodes[0].appended.Load())
	}
}

// A node that says that it cannot answer now is left for another.
func TestNodeThatIsUnavailable(t *testing.T) {
	t.Parallel()
	var nodes *cluster
	nodes = startCluster(t, &liveServer{after: func(_ http.ResponseWriter, request int) {
		if request == 4 {
			nodes.nodes[0].ill.Store(true)
			nodes.nodes[0].CloseClientConnections()
			_ = nodes.nodes[1].Config.Close() // whose readers ask the other one, or the ill one
		}
	}}, 3)
	c := fewChunks(nodes.nodes[0].URL)
	c.Servers = nodes.addresses()
	r := mustRun(t, c)
	got := r.Tally.Counts
	if onlyFaults(got) != (measure.Counts{Truncated: got.Truncated}) || got.Completed != 6 || got.Appended != appended {
		t.Errorf("got %+v, errors %v", got, r.Tally.Errors)
	}
	if r.Tally.Errors["status_503"] == 0 {
		t.Errorf("errors %v, want answers of the ill node", r.Tally.Errors)
	}
}

// Producers do not wait as long as there is a server that they have not tried.
func TestWhereProducersGo(t *testing.T) {
	broken := io.ErrUnexpectedEOF
	ill := &produce.Refusal{Status: http.StatusServiceUnavailable, Wait: 3 * time.Second}
	mismatch := &produce.Refusal{Status: http.StatusConflict, Code: "position_mismatch"}
	tests := map[string]struct {
		servers int
		errs    []error
		waits   []time.Duration
		at      int // the server at the end
	}{
		"one that is broken":  {1, []error{broken, broken}, []time.Duration{leastPause, leastPause}, 0},
		"one that is ill":     {1, []error{ill}, []time.Duration{3 * time.Second}, 0},
		"one of three":        {3, []error{broken}, []time.Duration{0}, 1},
		"all of three":        {3, []error{broken, ill, ill, broken}, []time.Duration{0, 0, 3 * time.Second, 0}, 1},
		"nothing ill at all":  {3, []error{mismatch}, []time.Duration{leastPause}, 0},
		"one that asks a lot": {1, []error{&produce.Refusal{Status: 503, Wait: time.Hour}}, []time.Duration{longestWait}, 0},
	}
	for name, tt := range tests {
		var c Config
		for n := range tt.servers {
			c.Servers = append(c.Servers, fmt.Sprintf("http://127.0.0.1:%d", n+1))
		}
		c.Live.On = true
		job := Job{Config: c.withDefaults(), MessageIDs: []string{"m"}}
		p := newProducers(newWorker(job)).all[0]
		var waits []time.Duration
		for _, err := range tt.errs {
			waits = append(waits, p.goElsewhere(err))
		}
		if at := turn(tt.servers, 0, p.tried.moves); !slices.Equal(waits, tt.waits) || at != tt.at {
			t.Errorf("%s: waits %v, then at %d; want %v, %d", name, waits, at, tt.waits, tt.at)
		}
	}
}

// The clients of one server go to all others.
func TestClientsOfOneServerSpread(t *testing.T) {
	for move, want := range map[int][3]int{0: {6, 0, 0}, 1: {0, 3, 3}, 2: {0, 3, 3}, 3: {6, 0, 0}} {
		var at [3]int
		for client := 0; client < 18; client += 3 { // those that begin at the first
			at[turn(len(at), client, move)]++
		}
		if at != want {
			t.Errorf("after %d moves: %v, want %v", move, at, want)
		}
	}
}

// A message is submitted to another server if the first one is not there or cannot take
// it, and to the same one later if it says when.
func TestSubmissionThatIsNotTaken(t *testing.T) {
	taken := func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"messageId":"m"}`) }
	unavailable := func(after string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", after)
			http.Error(w, `{"code":"store_unavailable"}`, http.StatusServiceUnavailable)
		}
	}
	breaks := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	refuses := func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }
	type script []func(http.ResponseWriter)
	for name, tt := range map[string]struct {
		servers []script // what each server does with one request after the other
		fails   bool
	}{
		"the first is broken":      {servers: []script{{breaks}, {taken}}},
		"the first is unavailable": {servers: []script{{unavailable("9")}, {taken}}},
		"all are for a moment":     {servers: []script{{unavailable("1"), taken}, {unavailable("1")}}},
		"the only one is broken":   {servers: []script{{breaks}}, fails: true},
		"all are for long":         {servers: []script{{unavailable("60")}, {unavailable("60")}}, fails: true},
		"no token":                 {servers: []script{{refuses}, {}}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Config{MessageBytes: 3}
			for _, does := range tt.servers {
				var asked counter
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if n := asked.next() - 1; n < len(does) {
						does[n](w)
						return
					}
					t.Error("a server was asked once more than it should be")
				}))
				t.Cleanup(server.Close)
				c.Servers = append(c.Servers, server.URL)
			}
			c = c.withDefaults()
			asking, err := c.newRequests(0)
			if err != nil {
				t.Fatal(err)
			}
			s, err := newSubmitter(c, asking)
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			id, err := s.one(t.Context(), 0, 0)
			if (err != nil) != tt.fails || err == nil && id != "m" {
				t.Errorf("got %q, %v", id, err)
			}
		})
	}
}
