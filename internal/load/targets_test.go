package load

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/load/track"
)

// showingProxy passes all requests on to a server, after it has shown their heads.
func showingProxy(t *testing.T, address string, show func(*http.Request)) string {
	t.Helper()
	behind, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	transport := new(http.Transport)
	proxy := &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		head := r.In.Clone(r.In.Context())
		head.Body = http.NoBody
		show(head)
		r.SetURL(behind)
	}}
	server := httptest.NewServer(proxy)
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	return server.URL
}

// numbered serves a stream of events with the ids 1 to last, from the one after
// the Last-Event-ID on, then 204. It calls after when it has sent an event, and
// ends the connection if that returns false.
func numbered(last int, after func(id int) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.Header.Get("Last-Event-ID"))
		if id == last {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "retry: 0\n\n")
		for id++; id <= last; id++ {
			_, _ = fmt.Fprintf(w, "id: %d\ndata: x\n\n", id)
			_ = http.NewResponseController(w).Flush() // fails with the connection, as the next write
			if !after(id) {
				panic(http.ErrAbortHandler)
			}
		}
	}
}

// One of two servers is killed midway: all of its clients resume at the other,
// and nothing is lost.
func TestClientsResumeAtTheNextServer(t *testing.T) {
	const clients, last, half = 8, 20, 10
	var dying atomic.Bool // after preflight
	var began, resumed atomic.Int32
	mortal := httptest.NewServer(numbered(last, func(id int) bool {
		return !dying.Load() || id < half
	}))
	defer mortal.Close()
	other := numbered(last, func(int) bool { return true })
	survivor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Last-Event-ID") {
		case "":
			began.Add(1)
		case strconv.Itoa(half):
			resumed.Add(1)
		}
		dying.Store(true)
		other(w, r)
	}))
	defer survivor.Close()

	c := quick(Config{URLs: []string{mortal.URL, survivor.URL}, Clients: clients, Numbering: track.ByID})
	got := mustRun(t, c).Tally.Counts
	if got.Lost != 0 || got.Duplicate != 0 || got.Events != clients*last || got.Truncated != clients/2 || got.Failed != 0 {
		t.Errorf("got %+v", got)
	}
	if began.Load() != clients/2+1 || resumed.Load() != clients/2 {
		t.Errorf("%d began at the survivor and %d resumed there, want %d (preflight included) and %d", began.Load(), resumed.Load(), clients/2+1, clients/2)
	}
}

// Servers as ours each get the messages of their clients.
func TestSeveralServers(t *testing.T) {
	for _, shared := range []bool{false, true} {
		servers := []string{ssetest.Start(t, ssetest.Config{}).URL, ssetest.Start(t, ssetest.Config{}).URL}
		for _, clients := range []int{1, 5} {
			got := mustRun(t, quick(Config{Servers: servers, Clients: clients, MessageBytes: 10, Shared: shared, Processes: min(clients, 2)})).Tally.Counts
			if got.Completed != uint64(clients) || got.Good != uint64(clients) {
				t.Errorf("shared %v: got %+v", shared, got)
			}
		}
	}
}

// Each of several addresses is tried before the run.
func TestPreflightOfEachTarget(t *testing.T) {
	address, _ := recorder(t)
	bad := "http://" + closedPort(t)
	for _, c := range []Config{
		{URLs: []string{address, bad}},
		{Servers: []string{ssetest.Start(t, ssetest.Config{}).URL, bad}},
	} {
		if _, err := Run(t.Context(), c, Watch{}); err == nil {
			t.Errorf("%v: the second address was not tried", c.targets())
		}
	}
}
