package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"sseserver/internal/eventsource"
)

// sendInPieces sends the text n bytes at a time. Of a last CRLF the test may
// not wait for the LF: then it ends with the connection.
func sendInPieces(c *connection, text string, n int) {
	for len(text) > 0 {
		n = min(n, len(text))
		c.sendOrEnd(text[:n])
		text = text[n:]
	}
}

func TestParsing(t *testing.T) {
	cases := []struct {
		name, input string
		want        []message
	}{
		{"two events, one of two lines", "data: Hello\n\ndata: a\ndata:b\n\n", []message{eventOf("message", "Hello", ""), eventOf("message", "a\nb", "")}},
		{"empty data", "data:\n\ndata\ndata\n\n", []message{eventOf("message", "", ""), eventOf("message", "\n", "")}},
		{
			"type and id in any order", "event: greeting\nid: abc\ndata: x\n\ndata: y\nid: d\nevent: other\n\n",
			[]message{eventOf("greeting", "x", "abc"), eventOf("other", "y", "d")},
		},
		{"id with NUL", "id: a\x00b\ndata: x\n\n", []message{eventOf("message", "x", "")}},
		{
			"id persists and is emptied", "id: a\ndata: 1\n\ndata: 2\n\nid: \ndata: 3\n\n",
			[]message{eventOf("message", "1", "a"), eventOf("message", "2", "a"), eventOf("message", "3", "")},
		},
		{"unknown fields, spaces", "color: blue\nevent:  e\ndata:  x\n\n", []message{eventOf(" e", " x", "")}},
		{"characters of several bytes", "data: €豆腐\n\n", []message{eventOf("message", "€豆腐", "")}},
		{"comments", ":Hello\n: World\ndata: x\n\n:\n", []message{commentOf("Hello"), commentOf(" World"), eventOf("message", "x", ""), commentOf("")}},
		{"byte order mark", "\uFEFF:c\ndata: \uFEFFx\n\n", []message{commentOf("c"), eventOf("message", "\uFEFFx", "")}},
	}
	for _, c := range cases {
		for _, end := range []string{"\n", "\r\n", "\r"} {
			for _, size := range []int{1, 2, 1 << 20} {
				t.Run(fmt.Sprintf("%s/%q/%d", c.name, end, size), func(t *testing.T) {
					x := newSuite(t)
					_, conn := x.start(map[string]any{})
					go sendInPieces(conn, strings.ReplaceAll(c.input, "\n", end), size)
					x.wantCallbacks(1, c.want...)
				})
			}
		}
	}
}

// A CR at the end of a piece ends its line at once, and the LF in the next
// belongs to it.
func TestLineEndsAcrossPieces(t *testing.T) {
	x := newSuite(t)
	_, conn := x.start(map[string]any{})
	go func() {
		for _, piece := range []string{"data: Hello\r", "\ndata: World\r", "\n\r\ndata: OK\r", "\n", "\r", "\n"} {
			conn.sendOrEnd(piece)
		}
	}()
	x.wantCallbacks(1, eventOf("message", "Hello\nWorld", ""), eventOf("message", "OK", ""))
}

func TestManyAndLarge(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll=%t", poll), func(t *testing.T) {
			x := newSuiteOver(t, &eventsource.Transport{Poll: poll})
			_, conn := x.start(map[string]any{})
			var input strings.Builder
			var want []message
			for i := range 100 {
				fmt.Fprintf(&input, "data: message %d\n\n", i)
				want = append(want, eventOf("message", fmt.Sprintf("message %d", i), ""))
			}
			conn.send <- input.String()
			x.wantCallbacks(1, want...)
			for i, size := range []int{1, 1023, 1024, 1025, 4094, 8192, 16384, 65536, 1 << 20, 4 << 20} {
				data := strings.Repeat("x", size)
				conn.send <- "data: " + data + "\n\n"
				x.wantCallbacks(101+i, eventOf("message", data, ""))
			}
		})
	}
}

// The longest event of the suite has 128 MiB and one byte, more than the client
// takes unless it is told to. That much would take this test long.
func TestLongestEvent(t *testing.T) {
	if got := new(parameters).config().MaxEventBytes; got <= 128<<20+1 {
		t.Errorf("got a limit of %d bytes", got)
	}
}

func TestRequest(t *testing.T) {
	x := newSuite(t)
	_, conn := x.start(map[string]any{})
	for name, want := range map[string]string{"Accept": "text/event-stream", "Cache-Control": "no-cache", "Last-Event-Id": ""} {
		if got := conn.Header.Get(name); got != want {
			t.Errorf("default request: header %s is %q, want %q", name, got, want)
		}
	}
	if conn.Method != "GET" {
		t.Errorf("default request: method %s", conn.Method)
	}
	for _, method := range []string{"POST", "REPORT"} {
		body := `{"hello": "world"}`
		_, conn = x.start(map[string]any{
			"method": method, "body": body, "lastEventId": "abc",
			"headers": map[string]string{"content-type": "application/json; charset=utf-8", "header-name-1": "value-1"},
		})
		got := []string{conn.Method, conn.body, conn.Header.Get("Content-Type"), conn.Header.Get("Header-Name-1"), conn.Header.Get("Last-Event-Id")}
		if want := []string{method, body, "application/json; charset=utf-8", "value-1", "abc"}; !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestReconnection(t *testing.T) {
	x := newSuite(t)
	_, conn := x.start(map[string]any{"initialDelayMs": 0, "method": "POST", "body": "again"})
	conn.send <- "id: abc\ndata: 1\n\ndata: 2\n\nid: def\ndata: unfinished"
	x.wantCallbacks(1, eventOf("message", "1", "abc"), eventOf("message", "2", "abc"))
	close(conn.abort)
	x.wantError()

	conn = <-x.connections
	if got := conn.Header.Get("Last-Event-Id"); got != "abc" || conn.body != "again" {
		t.Errorf("second request: last event ID %q, body %q", got, conn.body)
	}
	conn.send <- "data: 3\n\nid\ndata: 4\n\n"
	x.wantCallbacks(4, eventOf("message", "3", "abc"), eventOf("message", "4", ""))
	close(conn.send)
	x.wantError()

	conn = <-x.connections
	if got, sent := conn.Header["Last-Event-Id"]; sent {
		t.Errorf("third request: last event ID %q, want none", got)
	}
}

func TestReadTimeout(t *testing.T) {
	x := newSuite(t)
	x.create(map[string]any{"readTimeoutMs": 50})
	for {
		select {
		case conn := <-x.connections: // not even there in that time, perhaps
			<-conn.Context().Done()
		case got := <-x.callbacks:
			if want := "eventsource: read_timeout: nothing came for too long"; got.Kind != "error" || got.Error != want {
				t.Errorf("got callback %+v, want the error %q", got, want)
			}
			return
		}
	}
}

func TestHTTPAnswers(t *testing.T) {
	x := newSuite(t)
	var requests atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/204", func(w http.ResponseWriter, _ *http.Request) { requests.Add(1); w.WriteHeader(204) })
	mux.HandleFunc("/500", func(w http.ResponseWriter, _ *http.Request) { requests.Add(1); w.WriteHeader(500) })
	for _, status := range []int{301, 307} {
		mux.HandleFunc(fmt.Sprintf("/%d", status), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", x.streamURL)
			w.WriteHeader(status)
		})
		mux.HandleFunc(fmt.Sprintf("/%d/empty", status), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "")
			w.WriteHeader(status)
		})
		mux.HandleFunc(fmt.Sprintf("/%d/missing", status), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	srv := httptest.NewServer(mux)
	defer srv.Close()

	for path, want := range map[string]string{
		"/204":         "eventsource: no_content: status 204, there is no more to come",
		"/500":         "eventsource: bad_status: status 500 Internal Server Error",
		"/301/empty":   "eventsource: bad_status: status 301 Moved Permanently",
		"/301/missing": "eventsource: bad_status: status 301 Moved Permanently",
		"/307/empty":   "eventsource: bad_status: status 307 Temporary Redirect",
		"/307/missing": "eventsource: bad_status: status 307 Temporary Redirect",
	} {
		x.create(map[string]any{"streamUrl": srv.URL + path, "initialDelayMs": 0})
		if got := x.wantError(); got != want {
			t.Errorf("%s: got error %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{"/301", "/307"} {
		_, conn := x.start(map[string]any{"streamUrl": srv.URL + path})
		conn.send <- "data: " + path + "\n\n"
		x.wantCallbacks(1, eventOf("message", path, ""))
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("final answers were asked for %d times, want once each", n)
	}
}

func TestServiceCalls(t *testing.T) {
	x := newSuite(t)
	resp, err := http.Get(x.service)
	if err != nil {
		t.Fatal(err)
	}
	var status struct{ Capabilities []string }
	if err := json.NewDecoder(resp.Body).Decode(&status); err != nil || !slices.Equal(status.Capabilities, capabilities) {
		t.Errorf("got capabilities %q, error %v", status.Capabilities, err)
	}
	resp.Body.Close()

	stream, conn := x.start(map[string]any{})
	for _, c := range []struct {
		method, url string
		body        any
		want        int
	}{
		{"POST", x.service, "not an object", 400},
		{"POST", x.service, map[string]any{"streamUrl": "nowhere", "callbackUrl": x.callbackURL}, 400},
		{"POST", x.service, map[string]any{"streamUrl": x.streamURL}, 400},
		{"POST", stream, map[string]any{"command": "restart"}, 405}, // not among the capabilities
		{"DELETE", x.service + "/streams/99", nil, 404},
		{"DELETE", stream, nil, 204},
		{"DELETE", stream, nil, 404},
	} {
		if got := x.call(c.method, c.url, c.body).StatusCode; got != c.want {
			t.Errorf("%s %s %v: got status %d, want %d", c.method, c.url, c.body, got, c.want)
		}
	}
	<-conn.Context().Done() // the deleted stream has left its server
}

// The program serves until it is told to stop over HTTP.
func TestRun(t *testing.T) {
	output, stderr := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(context.Background(), []string{"-addr", "127.0.0.1:0", "-poll"}, stderr)
		stderr.Close()
	}()
	line := make([]byte, 200)
	n, err := output.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, output)
	url := regexp.MustCompile(`http://\S+`).FindString(string(line[:n]))
	req, err := http.NewRequest("DELETE", url, nil)
	if err != nil {
		t.Fatalf("output %q: %v", line[:n], err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := <-code; got != 0 {
		t.Errorf("got exit code %d", got)
	}

	var out bytes.Buffer
	if got := run(context.Background(), []string{"-addr", "nowhere"}, &out); got != 1 || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("bad address: exit code %d, output %q", got, out.String())
	}
	if got := run(context.Background(), []string{"-what"}, io.Discard); got != 2 {
		t.Errorf("bad flag: exit code %d", got)
	}
}
