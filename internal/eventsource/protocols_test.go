package eventsource_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"sseserver/internal/eventsource"
)

// protocol is one way to serve and to reach the same handler.
type protocol struct {
	name  string
	proto eventsource.Protocol
	tls   bool
	poll  bool
}

var protocols = []protocol{
	{name: "http1"},
	{name: "http1, polled", poll: true},
	{name: "http1 over TLS", tls: true},
	{name: "h2c", proto: eventsource.H2C},
	{name: "h2", proto: eventsource.H2, tls: true},
}

// serve starts a server of the protocol and returns its URL and a transport
// that reaches it.
func (p protocol) serve(t *testing.T, h http.Handler) (string, *eventsource.Transport) {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetHTTP1(true)
	srv.Config.Protocols.SetHTTP2(true)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // tests of failing handshakes and aborted handlers
	srv.EnableHTTP2 = true
	tr := &eventsource.Transport{Protocol: p.proto, Poll: p.poll}
	if p.tls {
		srv.StartTLS()
		tr.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
		tr.TLS.RootCAs.AddCert(srv.Certificate())
	} else {
		srv.Start()
	}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		srv.Close()
	})
	return srv.URL, tr
}

func forEachProtocol(t *testing.T, test func(t *testing.T, p protocol)) {
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) { test(t, p) })
	}
}

func TestProtocols(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, p protocol) {
		var connections int
		url, tr := p.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if want := map[bool]int{true: 2, false: 1}[p.proto != eventsource.HTTP1]; r.ProtoMajor != want {
				t.Errorf("request came over HTTP/%d, want HTTP/%d", r.ProtoMajor, want)
			}
			connections++
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "text/event-stream")
			switch connections {
			case 1:
				fmt.Fprintf(w, "retry: 1\nid: 1\ndata: %s %s %s %s\n\n", r.Method, body, r.Header.Get("X-Test"), r.Header.Get("Content-Type"))
				http.NewResponseController(w).Flush()
				io.WriteString(w, ": "+strings.Repeat("x", 5000)+"\n\nid: 2\ndata: unfinished")
			case 2:
				fmt.Fprintf(w, "data: %s\n\n", r.Header.Get("Last-Event-Id"))
				http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			default:
				w.WriteHeader(http.StatusNoContent)
			}
		}))
		var j journal
		run(t, t.Context(), eventsource.Config{
			URL: url + "/x", Transport: tr, Handler: &j, Method: "POST", Body: "hello", Header: http.Header{"x-test": {"yes"}},
		})
		j.want(t,
			"open", `event "" "POST hello yes text/plain;charset=UTF-8" id="1"`, fmt.Sprintf("comment %q", " "+strings.Repeat("x", 5000)), "closed: truncated, wait 1ms",
			"open, resumed", `event "" "1" id="1"`, "closed: truncated, wait 1ms",
			"closed: no_content 204, final")
	})
}

// The server learns at once that a client has left, whatever the protocol and
// the reason.
func TestLeavingIsSeenByTheServer(t *testing.T) {
	errEnough := errors.New("enough")
	forEachProtocol(t, func(t *testing.T, p protocol) {
		for _, why := range []string{"cancelled", "stopped", "stalled"} {
			left := make(chan struct{})
			url, tr := p.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				io.WriteString(w, "data: a\n\n")
				http.NewResponseController(w).Flush()
				<-r.Context().Done()
				close(left)
			}))
			ctx, cancel := context.WithCancel(t.Context())
			var j journal
			j.onEvent = func(string) error {
				switch why {
				case "stopped":
					return errEnough
				case "cancelled":
					cancel()
				}
				return nil
			}
			j.onRead = func(eventsource.Read) time.Duration {
				if why == "stalled" {
					go cancel()
					return eventsource.Stall
				}
				return 0
			}
			run(t, ctx, eventsource.Config{URL: url, Transport: tr, Handler: &j})
			<-left
			cancel()
			end := map[bool]string{true: "stopped", false: "cancelled"}[why == "stopped"]
			j.want(t, "open", `event "" "a" id=""`, "closed: "+end+", final")
		}
	})
}

// A stalled reader of an HTTP/2 stream stops its server at the stream's window.
func TestStallIsFeltOverHTTP2(t *testing.T) {
	p := protocol{proto: eventsource.H2C}
	const most = 4 << 20
	sent := make(chan int, 1)
	url, tr := p.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		rc := http.NewResponseController(w)
		n := 0
		for err := error(nil); err == nil && n < most; {
			_ = rc.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)) // only ends the wait
			if _, err = io.WriteString(w, ":"+strings.Repeat("x", 1022)+"\n"); err == nil {
				n += 1 << 10
				err = rc.Flush()
			}
		}
		sent <- n
	}))
	ctx, cancel := context.WithCancel(t.Context())
	var j journal
	j.onRead = func(eventsource.Read) time.Duration { return eventsource.Stall }
	var n int
	j.onOpen = func() { go func() { n = <-sent; cancel() }() }
	run(t, ctx, eventsource.Config{URL: url, Transport: tr, Handler: &j})
	if n > 256<<10 {
		t.Errorf("the server sent %d bytes to a reader that had stalled", n)
	}
}

func TestLocalAddr(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, p protocol) {
		url, tr := p.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "data: %s\n\n", netip.MustParseAddrPort(r.RemoteAddr).Addr())
		}))
		tr.LocalAddr = netip.MustParseAddr("127.0.0.9")
		tr.ReceiveBuffer = 4096
		var j journal
		run(t, t.Context(), eventsource.Config{URL: url, Transport: tr, Handler: &j, NoReconnect: true})
		j.want(t, "open", `event "" "127.0.0.9" id=""`, "closed: ended, final")
	})
}

func TestConnectFailures(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	forEachProtocol(t, func(t *testing.T, p protocol) {
		url := closed.URL
		if p.tls {
			url = strings.Replace(url, "http:", "https:", 1)
		}
		var j journal
		end := run(t, t.Context(), eventsource.Config{URL: url, Transport: &eventsource.Transport{Protocol: p.proto}, Handler: &j, NoReconnect: true})
		j.want(t, "closed: connect_failed, final")
		if strings.ContainsRune(end.Error(), '\n') {
			t.Errorf("error of several lines: %q", end.Error())
		}
	})
	t.Run("no HTTP/2 over TLS", func(t *testing.T) {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
		}))
		srv.TLS = &tls.Config{NextProtos: []string{}} // it takes no part in the choice of a protocol
		srv.StartTLS()
		defer srv.Close()
		tr := &eventsource.Transport{Protocol: eventsource.H2, TLS: &tls.Config{RootCAs: x509.NewCertPool()}}
		tr.TLS.RootCAs.AddCert(srv.Certificate())
		var j journal
		run(t, t.Context(), eventsource.Config{URL: srv.URL, Transport: tr, Handler: &j, NoReconnect: true})
		j.want(t, "closed: connect_failed, final")
	})
	t.Run("unknown authority", func(t *testing.T) {
		url, _ := protocol{tls: true}.serve(t, http.NotFoundHandler())
		var j journal
		tr := &eventsource.Transport{TLS: &tls.Config{RootCAs: x509.NewCertPool()}}
		end := run(t, t.Context(), eventsource.Config{URL: url, Transport: tr, Handler: &j, NoReconnect: true})
		if unknown := new(x509.UnknownAuthorityError); !errors.As(end, unknown) {
			t.Errorf("got error %v, want an unknown authority", end)
		}
	})
}

func TestRedirects(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, p protocol) {
		echo := func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "data: %s %s %s auth=%q type=%q\n\n", r.Method, r.URL, body, r.Header.Get("Authorization"), r.Header.Get("Content-Type"))
		}
		other, otherTransport := p.serve(t, http.HandlerFunc(echo))
		mux := http.NewServeMux()
		mux.HandleFunc("/end", echo)
		mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other+"/other", http.StatusTemporaryRedirect)
		})
		mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
		for _, status := range []int{301, 302, 303, 307, 308} {
			mux.HandleFunc(fmt.Sprintf("/%d", status), func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "hop?to=end", status)
			})
		}
		mux.HandleFunc("/hop", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/end?x=1", http.StatusPermanentRedirect)
		})
		url, tr := p.serve(t, mux)
		if p.tls {
			tr.TLS.RootCAs = otherTransport.TLS.RootCAs // both servers have the same certificate
		}
		get := `event "" "GET /end?x=1  auth=\"a\" type=\"\"" id=""`
		post := `event "" "POST /end?x=1 hello auth=\"a\" type=\"t/x\"" id=""`
		for _, c := range []struct{ path, method, want string }{
			{"/301", "GET", get},
			{"/302", "GET", get},
			{"/303", "GET", get},
			{"/307", "GET", get},
			{"/308", "GET", get},
			{"/301", "POST", get},
			{"/302", "POST", get},
			{"/303", "POST", get},
			{"/307", "POST", post},
			{"/308", "POST", post},
			{"/303", "REPORT", get},
			{"/302", "REPORT", strings.Replace(post, "POST", "REPORT", 1)},
			{"/away", "GET", `event "" "GET /other  auth=\"\" type=\"\"" id=""`},
		} {
			cfg := eventsource.Config{URL: url + c.path, Method: c.method, Transport: tr, NoReconnect: true, Header: http.Header{"Authorization": {"a"}}}
			if c.method != "GET" {
				cfg.Body = "hello"
				cfg.Header.Set("Content-Type", "t/x")
			}
			var j journal
			cfg.Handler = &j
			run(t, t.Context(), cfg)
			if j.want(t, "open", c.want, "closed: ended, final"); t.Failed() {
				t.Fatalf("%s %s", c.method, c.path)
			}
		}
		var j journal
		run(t, t.Context(), eventsource.Config{URL: url + "/loop", Transport: tr, Handler: &j})
		j.want(t, "closed: bad_redirect, final")
		otherTransport.CloseIdleConnections()
	})
}

func TestBadConfig(t *testing.T) {
	h := new(journal)
	h2c := &eventsource.Transport{Protocol: eventsource.H2C}
	h2 := &eventsource.Transport{Protocol: eventsource.H2}
	for _, c := range []struct {
		cfg  eventsource.Config
		want string
	}{
		{eventsource.Config{URL: "http://a b/", Handler: h}, `eventsource: parse "http://a b/": invalid character " " in host name`},
		{eventsource.Config{URL: "/path", Handler: h}, `eventsource: url "/path": the scheme must be http or https`},
		{eventsource.Config{URL: "http:///path", Handler: h}, `eventsource: url "http:///path": no host`},
		{eventsource.Config{URL: "http://a/"}, "eventsource: no handler"},
		{eventsource.Config{URL: "http://a/", Handler: h, Method: "G T"}, `eventsource: method "G T" is not valid`},
		{eventsource.Config{URL: "http://a/", Handler: h, Header: http.Header{"a b": nil}}, `eventsource: header name "a b" is not valid`},
		{eventsource.Config{URL: "http://a/", Handler: h, Header: http.Header{"a": {"b\r\nc"}}}, `eventsource: value "b\r\nc" of header a is not valid`},
		{eventsource.Config{URL: "https://a/", Handler: h, Transport: h2c}, "eventsource: h2c needs an http URL"},
		{eventsource.Config{URL: "http://a/", Handler: h, Transport: h2}, "eventsource: h2 needs an https URL"},
	} {
		if _, err := eventsource.New(c.cfg); err == nil || err.Error() != c.want {
			t.Errorf("config %+v\n got %v\nwant %s", c.cfg, err, c.want)
		}
	}
}

// A response that ends as HTTP demands, but in the middle of an event, is a
// stream that was cut off: it goes on as after a broken connection.
func TestEndsInsideAnEvent(t *testing.T) {
	const cut, whole = "closed: truncated", "closed: ended"
	ends := map[string]string{
		"data: x\n\ndata: {\"posit": cut, "data: x\n\ndata: y\n": cut, "data: x\n\nevent: y\n": cut,
		"data: x\n\n": whole, "data: x\n\n: bye": whole, "data: x\n\nid: 7\n": whole, "data: x\n\nretry: 10\n": whole,
	}
	forEachProtocol(t, func(t *testing.T, p protocol) {
		for text, want := range ends {
			for _, counted := range []bool{false, true} {
				url, tr := p.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/event-stream")
					if counted {
						w.Header().Set("Content-Length", strconv.Itoa(len(text)))
					} else {
						_ = http.NewResponseController(w).Flush()
					}
					_, _ = io.WriteString(w, text)
				}))
				j := &journal{}
				run(t, t.Context(), eventsource.Config{URL: url, Transport: tr, Handler: j, NoReconnect: true})
				t.Logf("%q, counted: %v", text, counted)
				j.wantLast(t, want+", final")
			}
		}
	})
	untilClose := serveRaw(t, func(c net.Conn, _ string) { write(c, okHead+"\r\ndata: x\n\ndata: {\"posit") })
	j := &journal{}
	run(t, t.Context(), eventsource.Config{URL: untilClose, Handler: j, NoReconnect: true})
	j.wantLast(t, cut+", final")
}

// Neither is it the end that Config.EndIsFinal waits for.
func TestEndInsideAnEventIsNotFinal(t *testing.T) {
	answers := make(chan string, 2) // one for each of the two requests
	answers <- "retry: 1\n\ndata: x\n\ndata: y\n"
	answers <- "data: y\n\n"
	url := serveRaw(t, func(c net.Conn, _ string) { write(c, okHead+"\r\n"+<-answers) })
	j := &journal{}
	run(t, t.Context(), eventsource.Config{URL: url, Handler: j, EndIsFinal: true})
	j.wantLast(t, "closed: ended, final")
	if len(answers) > 0 {
		t.Error("the source did not reconnect")
	}
}
