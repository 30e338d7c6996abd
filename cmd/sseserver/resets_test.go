package main

import (
	"net"
	"strings"
	"sync"
	"testing"

	"sseserver/httpapi/ssetest"
)

// A thousand clients that connect and reset leave nothing behind: the registry,
// the gauge, the counters, the goroutines and the connections agree on none.
func TestThousandResets(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--admin-addr=127.0.0.1:0")
	id := server.submit(t, strings.Repeat("Hello ", 200))
	request := []byte("GET /stream/" + id + "?interval=1ms HTTP/1.1\r\nHost: a\r\n\r\n")

	var clients sync.WaitGroup
	for range 10 {
		clients.Go(func() {
			for i := range 100 {
				conn, err := net.Dial("tcp", server.addr)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = conn.Write(request)
				if i%2 == 0 { // the others do not even wait for an answer
					_, _ = conn.Read(make([]byte, 1))
				}
				_ = conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
	clients.Wait()
	// The last requests may be answered only now, to clients that are gone already.
	admin := server.caller(t, ssetest.HTTP1).at(server.admin)
	atRest := false
	for tries := 0; !atRest && tries < 1000; tries++ {
		_, scrape := admin.want(200, "", "GET", "/metrics", "")
		atRest = strings.Contains(scrape, `sseserver_streams_active{kind="characters"} 0`+"\n")
	}
	if !atRest {
		t.Error("the gauge of running streams does not come to rest at 0")
	}
	server.stop(t) // after which wantNoLeaks counts the goroutines
	opened, closed := server.log.named("stream.opened"), server.log.named("stream.closed")
	if len(opened) != len(closed) || len(opened) < 500 {
		t.Errorf("%d streams opened, %d closed", len(opened), len(closed))
	}
	for _, line := range closed {
		if line["reason"] != "client_gone" {
			t.Errorf("the log says %v", line)
			break
		}
	}
}

// Streams over the limit of --max-streams are refused; the rest goes on.
func TestMaxStreams(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--max-streams=2")
	id := server.submit(t, "Hi")
	for _, protocol := range ssetest.Cleartext {
		server.caller(t, protocol).stream("/stream/" + id + "?interval=1m").WantOpening()
	}
	for _, protocol := range ssetest.Cleartext {
		public := server.caller(t, protocol)
		public.want(503, "too_many_streams", "GET", "/stream/"+id, "")
		public.want(200, "", "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
		public.want(200, "ok", "GET", "/readyz", "")
	}
	if limit := server.log.named("server.starting")[0]["stream_limit"]; limit != 2.0 {
		t.Errorf("the log says that the limit is %v", limit)
	}
}
