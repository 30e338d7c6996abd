package eventsource_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"sseserver/internal/eventsource"
)

// answers are whole connections of a server, and what the client makes of them.
var answers = []struct {
	name, answer string
	want         []string
}{
	{"close-delimited", okHead + "\r\ndata:a\n\ndata:b\n", []string{"open", `event "" "a" id=""`, "closed: truncated, final"}},
	{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: ended, final"}},
	{"counted", okHead + "Content-Length: 8\r\n\r\ndata:a\n\nmore", []string{"open", `event "" "a" id=""`, "closed: ended, final"}},
	{"counted, empty", okHead + "Content-Length: 0\r\n\r\n", []string{"open", "closed: ended, final"}},
	{"counted, cut", okHead + "Content-Length: 9\r\n\r\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: truncated, final"}},
	{
		"chunked", okHead + "Transfer-Encoding: chunked\r\n\r\n" + chunkedBody("id:1\ndata:a\n\n:c\n", 5),
		[]string{"open", `event "" "a" id="1"`, `comment "c"`, "closed: ended, final"},
	},
	{
		"chunked, extensions and trailer", okHead + "Transfer-Encoding: Chunked\r\n\r\n4;a=\"b;c\";d\r\ndata\r\n00004  \r\n:a\n\n\r\n0;x\r\nA: b\r\nC: d\r\n\r\nmore",
		[]string{"open", `event "" "a" id=""`, "closed: ended, final"},
	},
	{
		"chunked beats counted", okHead + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunkedBody("data:a\n\n", 100),
		[]string{"open", `event "" "a" id=""`, "closed: ended, final"},
	},
	{"chunked, cut in the data", okHead + "Transfer-Encoding: chunked\r\n\r\n10\r\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: truncated, final"}},
	{"chunked, cut before the last chunk", okHead + "Transfer-Encoding: chunked\r\n\r\n8\r\ndata:a\n\n\r\n", []string{"open", `event "" "a" id=""`, "closed: truncated, final"}},
	{"chunked, cut in the trailer", okHead + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n", []string{"open", "closed: truncated, final"}},
	{"chunked, no size", okHead + "Transfer-Encoding: chunked\r\n\r\ndata:a\n\n", []string{"open", "closed: malformed_http, final"}},
	{"chunked, data too long", okHead + "Transfer-Encoding: chunked\r\n\r\n4\r\ndata:a\r\n", []string{"open", "closed: malformed_http, final"}},

	{"any case, parameters", "HTTP/1.1 200\r\ncontent-type:TEXT/Event-Stream ;charset=latin1\r\n\r\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: ended, final"}},
	{"LF only, folded header", "HTTP/1.1 200 OK\nX: a\n b\nContent-Type:\n\ttext/event-stream\n\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: ended, final"}},
	{
		"white space after the values", "HTTP/1.1 200 OK \r\nContent-Type: text/event-stream \t\r\n \r\nTransfer-Encoding: chunked\r\n\t\r\n \r\n\r\n" + chunkedBody("data:a\n\n", 5),
		[]string{"open", `event "" "a" id=""`, "closed: ended, final"},
	},
	{"informational first", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + okHead + "\r\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: ended, final"}},
	{"long head", okHead + "X: " + strings.Repeat("x", 50<<10) + "\r\n\r\ndata:a\n\n", []string{"open", `event "" "a" id=""`, "closed: ended, final"}},

	{"no content", "HTTP/1.1 204 No Content\r\n\r\n", []string{"closed: no_content 204, final"}},
	{"not found", "HTTP/1.1 404 Not Found\r\nContent-Type: text/event-stream\r\n\r\ndata:a\n\n", []string{"closed: bad_status 404, final"}},
	{"other success", "HTTP/1.1 206 Partial Content\r\nContent-Type: text/event-stream\r\n\r\ndata:a\n\n", []string{"closed: bad_status 206, final"}},
	{"redirect to nowhere", "HTTP/1.1 302 Found\r\n\r\n", []string{"closed: bad_status 302, final"}},
	{"redirect to another scheme", "HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\n\r\n", []string{"closed: bad_redirect 302, final"}},
	{"not a redirect", "HTTP/1.1 304 Not Modified\r\nLocation: /\r\n\r\n", []string{"closed: bad_status 304, final"}},
	{"wrong type", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\ndata:a\n\n", []string{"closed: bad_content_type 200, final"}},
	{"no type", "HTTP/1.1 200 OK\r\n\r\ndata:a\n\n", []string{"closed: bad_content_type 200, final"}},
	{"almost the type", "HTTP/1.1 200 OK\r\nContent-Type: text/event-streams\r\n\r\ndata:a\n\n", []string{"closed: bad_content_type 200, final"}},
	{"compressed", okHead + "Content-Encoding: br\r\n\r\ndata:a\n\n", []string{"closed: bad_content_type 200, final"}},

	{"nothing", "", []string{"closed: no_response, final"}},
	{"half a head", okHead, []string{"closed: no_response, final"}},
	{"garbage", "\x16\x03\x01 hello\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"a stream without a head", "data:a\n\n", []string{"closed: malformed_http, final"}},
	{"HTTP/2", "HTTP/2 200\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"status with letters", "HTTP/1.1 2OO OK\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"status too short", "HTTP/1.1 20 OK\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"switching protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"header without colon", "HTTP/1.1 200 OK\r\nContent-Type\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"header without name", "HTTP/1.1 200 OK\r\n: a\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"header with a space before the colon", "HTTP/1.1 200 OK\r\nA : a\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"two lengths", okHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"negative length", okHead + "Content-Length: -1\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"unknown transfer coding", okHead + "Transfer-Encoding: gzip, chunked\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"chunked twice", okHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", []string{"closed: malformed_http, final"}},
	{"endless head", okHead + "X: " + strings.Repeat("x", 70<<10), []string{"closed: malformed_http, final"}},
}

// transports are the ways to read a connection.
func transports() []*eventsource.Transport {
	return []*eventsource.Transport{{}, {Poll: true}}
}

func TestAnswers(t *testing.T) {
	for _, a := range answers {
		t.Run(a.name, func(t *testing.T) {
			url := serveRaw(t, func(c net.Conn, _ string) { write(c, a.answer) })
			for _, tr := range transports() {
				var j journal
				run(t, t.Context(), eventsource.Config{URL: url, Handler: &j, NoReconnect: true, Transport: tr})
				j.want(t, a.want...)
			}
		})
	}
}

func TestAnswersCutAnywhere(t *testing.T) {
	for _, a := range answers {
		if len(a.answer) > 1<<10 {
			continue
		}
		for cut := range len(a.answer) {
			var j journal
			run(t, t.Context(), eventsource.Config{
				URL: "http://in.memory/", Handler: &j, NoReconnect: true,
				Transport: memory(func(c net.Conn, _ string) { write(c, a.answer[:cut]); write(c, a.answer[cut:]) }),
			})
			if j.want(t, a.want...); t.Failed() {
				t.Fatalf("%s: %q | %q", a.name, a.answer[:cut], a.answer[cut:])
			}
		}
		var j journal
		run(t, t.Context(), eventsource.Config{
			URL: "http://in.memory/", Handler: &j, NoReconnect: true,
			Transport: memory(func(c net.Conn, _ string) {
				for i := range len(a.answer) {
					write(c, a.answer[i:i+1])
				}
			}),
		})
		if j.want(t, a.want...); t.Failed() {
			t.Fatalf("%s, byte by byte", a.name)
		}
	}
}

func TestRequest(t *testing.T) {
	requests := make(chan string, 1)
	url := serveRaw(t, func(c net.Conn, request string) {
		requests <- request
		write(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	host := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/stream?a=b")
	for _, c := range []struct {
		name string
		cfg  eventsource.Config
		want string
	}{
		{
			"default",
			eventsource.Config{URL: url},
			"GET /stream?a=b HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\nUser-Agent: sseload\r\n\r\n",
		},
		{
			"headers",
			eventsource.Config{URL: url, LastEventID: "é\xff", Header: map[string][]string{
				"accept": {"*/*"}, "X-A": {"1", "2"}, "Host": {"example.org"}, "User-Agent": {}, "Content-Length": {"7"},
			}},
			"GET /stream?a=b HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\nCache-Control: no-cache\r\nLast-Event-Id: é\uFFFD\r\nX-A: 1\r\nX-A: 2\r\n\r\n",
		},
		{
			"no path, user",
			eventsource.Config{URL: "http://me:secret@" + host + "#fragment"},
			"GET / HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nAuthorization: Basic bWU6c2VjcmV0\r\nCache-Control: no-cache\r\nUser-Agent: sseload\r\n\r\n",
		},
		{
			"method",
			eventsource.Config{URL: url, Method: "REPORT"},
			"REPORT /stream?a=b HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\nUser-Agent: sseload\r\nContent-Length: 0\r\n\r\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Handler = new(journal)
			run(t, t.Context(), c.cfg)
			want := strings.Replace(c.want, "%s", host, 1)
			if got := <-requests; got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// A line without end is refused at the limit, long before the server has sent
// it all.
func TestEndlessLine(t *testing.T) {
	const total = 1 << 30
	for _, tr := range transports() {
		sent := make(chan int, 1)
		url := serveRaw(t, func(c net.Conn, _ string) {
			n := 0
			defer func() { sent <- n }()
			write(c, okHead+fmt.Sprintf("Content-Length: %d\r\n\r\ndata:", total))
			for piece := make([]byte, 64<<10); n < total; n += len(piece) {
				if _, err := c.Write(piece); err != nil {
					return
				}
			}
		})
		var j journal
		end := run(t, t.Context(), eventsource.Config{URL: url, Handler: &j, MaxEventBytes: 1 << 20, Transport: tr})
		j.want(t, "open", "closed: event_too_long, final")
		if want := "eventsource: event_too_long: eventstream: event longer than the limit"; end.Error() != want {
			t.Errorf("got error %q, want %q", end, want)
		}
		if n := <-sent; j.bytes > 2<<20 || n > 64<<20 {
			t.Errorf("client read %d bytes and the server sent %d for a limit of 1 MiB", j.bytes, n)
		}
	}
}

// Long events come whole, in whatever pieces they are read.
func TestLongEvents(t *testing.T) {
	const size = 4 << 20
	for _, tr := range transports() {
		url := serveRaw(t, func(c net.Conn, _ string) {
			write(c, okHead+"Transfer-Encoding: chunked\r\n\r\n")
			write(c, chunkedBody("data:"+strings.Repeat("x", size)+"\n\ndata:after\n\n", 5000))
		})
		var sizes []int
		j := journal{onEvent: func(data string) error { sizes = append(sizes, len(data)); return nil }}
		run(t, t.Context(), eventsource.Config{URL: url, Handler: &j, NoReconnect: true, Transport: tr})
		if j.wantLast(t, "closed: ended, final"); !slices.Equal(sizes, []int{size, 5}) {
			t.Errorf("got events of %d bytes, want %d and 5", sizes, size)
		}
	}
}

// A reset is seen, also where it comes together with the last bytes, when there
// is no second wake-up for it.
func TestReset(t *testing.T) {
	var clients sync.WaitGroup
	for i := range 40 {
		tr := transports()[i%2]
		clients.Go(func() {
			opened := make(chan struct{})
			url := serveRaw(t, func(c net.Conn, _ string) {
				write(c, okHead+"\r\n")
				<-opened
				_ = c.(*net.TCPConn).SetLinger(0)
				write(c, "data:a\n\n")
			})
			j := journal{onOpen: func() { close(opened) }}
			run(t, t.Context(), eventsource.Config{URL: url, Handler: &j, NoReconnect: true, Transport: tr})
			j.wantLast(t, "closed: truncated, final") // the system may drop bytes that a reset follows
		})
	}
	clients.Wait()
}
