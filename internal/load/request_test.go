package load

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"sseserver/httpapi/ssetest"
)

// seen are the requests that a server got, each as one line.
type seen struct {
	mu    sync.Mutex
	lines []string
}

func (s *seen) add(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	user, password, _ := r.BasicAuth()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf("%s %s %q %s %s:%s %s", r.Method, r.RequestURI, r.Header["A"], r.Header.Get("Content-Type"), user, password, body))
}

// all are the lines but for the first, which preflight caused, in order.
func (s *seen) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.lines[1:]))
}

// recorder is a server of streams of one event, which writes down what it is
// asked.
func recorder(t *testing.T) (string, *seen) {
	t.Helper()
	requests := new(seen)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.add(r)
		w.Header().Set("Content-Type", "text/event-stream")
		if r.Header.Get("Last-Event-ID") != "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, "retry: 1\nid: 1\ndata: hello\n\n")
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// Each client sends what it should, in one process and in several, and again
// when it reconnects.
func TestRequests(t *testing.T) {
	t.Parallel()
	columns, rows, err := ReadData(strings.NewReader("\uFEFFname,text\nann,\"a \"\"b\"\"\"\nbob,c&d\nunused,x\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, processes := range []int{1, 2} {
		address, requests := recorder(t)
		mustRun(t, quick(Config{
			URLs: []string{address + "/{client}?t={text}"}, Clients: 2, Processes: processes, Method: http.MethodGet,
			Header: http.Header{"A": {"{n}", "same"}}, User: "{name}:x", Body: `{"text":"{text}","n":{n},"as":"{{n}}"}`, Columns: columns, Rows: rows,
		}))
		first := `GET /0?t=a%20%22b%22 ["0" "same"] application/json ann:x {"text":"a \"b\"","n":0,"as":"{n}"}`
		second := `GET /1?t=c%26d ["1" "same"] application/json bob:x {"text":"c&d","n":1,"as":"{n}"}`
		if got, want := requests.all(), []string{first, first, second, second}; !slices.Equal(got, want) {
			t.Errorf("%d process(es):\n got %s\nwant %s", processes, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// What a body is sent as.
func TestTypeOfABody(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1}`: "application/json", `{"a":{n}}`: "application/json", "{all}": "application/json", "": "",
		"a=1": "application/x-www-form-urlencoded", "{n} is": "text/plain; charset=utf-8", `{"a":`: "text/plain; charset=utf-8",
	} {
		c := Config{URLs: []string{"http://a"}, Method: "POST", Body: body, Columns: []string{"all"}}
		r, err := c.newRequests(1)
		if err != nil {
			t.Fatal(err)
		}
		asked := r.of(asker{row: []string{`{"x":"y"}`}}, 0)
		if got := asked.Header.Get("Content-Type"); got != want {
			t.Errorf("%s, sent as %s: type %q, want %q", body, asked.Body, got, want)
		}
		c.Header = http.Header{"Content-Type": {"text/x"}}
		if r, err = c.newRequests(1); err != nil || r.of(asker{row: []string{"1"}}, 0).Header.Get("Content-Type") != "text/x" {
			t.Errorf("%s: the type asked for is not sent", body)
		}
	}
}

func TestUUIDs(t *testing.T) {
	c := Config{URLs: []string{"http://a/{uuid}"}}
	uuid := func(nonce uint64, stream int) string {
		r, err := c.newRequests(nonce)
		if err != nil {
			t.Fatal(err)
		}
		return r.of(asker{stream: stream}, 0).URL
	}
	if a, again := uuid(1, 1), uuid(1, 1); a != again || len(a) != len("http://a/")+36 {
		t.Errorf("one stream has %s, then %s", a, again)
	}
	if uuid(1, 1) == uuid(1, 2) || uuid(1, 1) == uuid(2, 1) {
		t.Error("two streams, or two runs, have the same UUID")
	}
}

// No two streams of a run have the same number.
func TestStreamNumbers(t *testing.T) {
	c := Config{Clients: 5, Processes: 2}
	numbers := map[int]bool{}
	for process := range c.Processes {
		job := Job{Config: c, Process: process}
		for i := range job.clients() {
			for round := range 3 {
				numbers[job.asker(i, round).stream] = true
			}
		}
	}
	if len(numbers) != 15 || !numbers[0] || !numbers[14] {
		t.Errorf("got %v, want 0 to 14", numbers)
	}
}

// Requests without placeholders share their header.
func TestSharedHeader(t *testing.T) {
	c := Config{URLs: []string{"http://a/{client}"}, Method: "POST", Body: "{}", User: "a:b", Header: http.Header{"A": {"b"}}}
	r, err := c.newRequests(1)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { r.header(asker{}) }); n != 0 {
		t.Errorf("%v allocations for a header without placeholders", n)
	}
}

// Messages are submitted with the header of the clients that read them.
func TestMessagesAreSubmittedAsTheirClient(t *testing.T) {
	requests := new(seen)
	proxy := showingProxy(t, ssetest.Start(t, ssetest.Config{}).URL, requests.add)
	got := mustRun(t, quick(Config{Servers: []string{proxy}, Clients: 3, MessageBytes: 5, Header: http.Header{"A": {"{client}"}}, User: "u{client}:x"}))
	if got.Tally.Counts.Completed != 3 {
		t.Errorf("got %+v", got.Tally.Counts)
	}
	for client := range 3 {
		want := fmt.Sprintf(`["%d"] application/json u%d:x`, client, client)
		if !slices.ContainsFunc(requests.lines, func(line string) bool {
			return strings.HasPrefix(line, "POST /send ") && strings.Contains(line, want)
		}) {
			t.Errorf("no message submitted with %s in\n%s", want, strings.Join(requests.lines, "\n"))
		}
	}
}

func TestBadData(t *testing.T) {
	for text, want := range map[string]string{
		"": "no first row", "a b\n": `column "a b"`, "a,a\n": "twice", "uuid\n": "meaning of its own",
		"a,b\n1\n": "not CSV", "a\n\"\n": "not CSV", "a\n\xff\n": "not UTF-8",
	} {
		if _, _, err := ReadData(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %q", text, err, want)
		}
	}
}
