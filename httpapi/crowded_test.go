package httpapi_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// With as many connections with streams as there may be, further ones are
// refused, and all else goes on.
func TestTooManyConnections(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{MaxConns: 5, ConnReserve: 3}})
		id := server.Submit("Hi")
		path := "/stream/" + id + "?interval=1m"
		first := server.Open(ssetest.HTTP1, path)
		first.WantOpening()
		server.Open(protocol, path).WantOpening() // as many as there may be
		if protocol.IsHTTP2() {
			server.Open(protocol, path).WantOpening() // which needs no other connection
			protocol = ssetest.HTTP1
		}
		for _, path := range []string{"/stream/" + id, "/progress/" + id} {
			ask(t, server, protocol, "GET", path, "").wantProblem(t, 503, "too_many_streams")
			got := ask(t, server, protocol, "HEAD", path, "")
			if got.StatusCode != 200 {
				t.Errorf("HEAD %s: %s", path, got.Status)
			}
			// Clients would otherwise keep the connections that are scarce.
			if !got.Close {
				t.Error("the connection is kept")
			}
		}
		server.Submit("still welcome")
		first.Close()
		synctest.Wait()
		server.Open(protocol, path).WantOpening()
	})
}

// Whoever connects and does not get on with a request keeps nobody away: the one
// that is quiet for longest goes, and streams go on.
func TestQuietConnections(t *testing.T) {
	const post = "POST /send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
	unread := strings.Repeat("GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n", 100) // more than fits on the way
	quiet := map[string]func(*testing.T, net.Conn){
		"silence":        func(*testing.T, net.Conn) {},
		"half a head":    func(t *testing.T, conn net.Conn) { sayOn(t, conn, "", "GET /livez HTTP/1.1\r\nHo") },
		"a byte of body": func(t *testing.T, conn net.Conn) { sayOn(t, conn, "", post) },
		"half a hello":   func(t *testing.T, conn net.Conn) { sayOn(t, conn, "", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc") },
		"an idle HTTP/2": func(t *testing.T, conn net.Conn) { ssetest.NewRawHTTP2(t, conn, 1000) },
		"unread answers": func(t *testing.T, conn net.Conn) { sayOn(t, conn, "", unread) },
		"an old request": func(t *testing.T, conn net.Conn) {
			wantResponse(t, bufio.NewReader(sayOn(t, conn, "", "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")), 200)
		},
	}
	for name, beQuiet := range quiet {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
				server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxConns: 10, ConnReserve: 4}})
				id := server.Submit("Hi")
				stream := server.Open(protocol, "/stream/"+id+"?interval=1m")
				stream.WantOpening()
				for range 30 {
					beQuiet(t, server.Dial())
				}
				for _, protocol := range ssetest.Protocols {
					server.Client(protocol).CloseIdleConnections()
					server.Submit("still welcome")
					if got := ask(t, server, protocol, "GET", "/readyz", ""); got.body != "ok\n" {
						t.Errorf("/readyz: %s, %q", got.Status, got.body)
					}
					server.Open(protocol, "/progress/"+id+"?interval=1m").WantOpening()
				}
				if got := server.API.Conns(); got > 10 {
					t.Errorf("%d connections are open", got)
				}
				ask(t, server, ssetest.HTTP1, "DELETE", "/messages/"+id, "")
				stream.WantChunk(0, "H") // nothing was closed that has a stream
				stream.WantEnd()
			})
		})
	}
}

// What one client may have, another one still gets: both are told apart by their
// addresses, here behind a proxy.
func TestLimitsOfOneClient(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{
			API:    httpapi.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
			Broker: broker.Config{MaxStreamsPerClient: 1, MaxBytesPerClient: 10},
		})
		id := server.Submit("Hi")
		path := "/stream/" + id + "?interval=1m"
		for _, client := range []string{"192.0.2.1", "192.0.2.2"} {
			send := func(text string) answer {
				return ask(t, server, protocol, "POST", "/send", `{"message":"`+text+`"}`, "Content-Type", "application/json", "X-Forwarded-For", client)
			}
			if got := send("0123456789"); got.StatusCode != 200 {
				t.Errorf("%s sends: %s, %s", client, got.Status, got.body)
			}
			server.Open(protocol, path, "X-Forwarded-For", client).WantOpening()
			for flag, got := range map[string]answer{
				"store_full --max-bytes-per-client":         send("0"),
				"too_many_streams --max-streams-per-client": ask(t, server, protocol, "GET", path, "", "X-Forwarded-For", client),
			} {
				code, flag, _ := strings.Cut(flag, " ")
				got.wantProblem(t, 503, code)
				if !strings.Contains(got.body, flag) || got.Header.Get("Retry-After") != "5" {
					t.Errorf("%s gets %s, Retry-After %q", client, got.body, got.Header.Get("Retry-After"))
				}
			}
		}
	})
}

// Streams are opened in turn. A client that leaves while it waits for its turn
// takes no part in it, and no other request waits.
func TestOpenedInTurn(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		path := "/stream/" + server.Submit("Hi") + "?interval=1m"
		release := server.API.HoldOpenings()
		leaving, leave := context.WithCancel(t.Context())
		request, err := http.NewRequestWithContext(leaving, "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		left := make(chan error)
		go func() {
			_, err := server.Client(protocol).Do(request)
			left <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; err == nil {
			t.Error("it was answered")
		}
		synctest.Wait()
		ask(t, server, protocol, "HEAD", path, "") // which opens none
		time.AfterFunc(time.Second, release)
		start := time.Now()
		server.Open(protocol, path).WantOpening()
		if took := time.Since(start); took != time.Second {
			t.Errorf("a stream was opened after %v, want 1s", took)
		}
		if opened := server.Log.Named("stream.opened"); len(opened) != 1 {
			t.Errorf("%d streams were opened, want 1", len(opened))
		}
	})
}
