package eventsource_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sseserver/internal/eventsource"
)

// Each event is seen when its server has flushed it: the next one is sent when
// the one before has arrived.
func TestGzipIsReadAsItIsFlushed(t *testing.T) {
	for name, protocol := range map[string]eventsource.Protocol{"http1": eventsource.HTTP1, "h2c": eventsource.H2C} {
		for _, polls := range []bool{false, true} {
			arrived := make(chan struct{}, 1) // the handler must not wait
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				w.Header().Set("Content-Encoding", r.Header.Get("Accept-Encoding"))
				to := gzip.NewWriter(w)
				for _, text := range []string{"one", "two", "three"} {
					_, _ = io.WriteString(to, "data: "+text+"\n\n")
					_ = to.Flush() // fails with the connection, as what follows
					_ = http.NewResponseController(w).Flush()
					select {
					case <-arrived:
					case <-r.Context().Done():
					}
				}
				_ = to.Close()
			}))
			server.Config.Protocols = new(http.Protocols)
			server.Config.Protocols.SetHTTP1(true)
			server.Config.Protocols.SetUnencryptedHTTP2(true)
			server.Start()
			transport := &eventsource.Transport{Protocol: protocol, Poll: polls}
			j := &journal{onEvent: func(string) error { arrived <- struct{}{}; return nil }}
			run(t, t.Context(), eventsource.Config{
				URL: server.URL, Header: http.Header{"Accept-Encoding": {"gzip"}}, NoReconnect: true, Transport: transport, Handler: j,
			})
			t.Log(name, polls)
			j.want(t, "open", `event "" "one" id=""`, `event "" "two" id=""`, `event "" "three" id=""`, "closed: ended, final")
			transport.CloseIdleConnections()
			server.Close()
		}
	}
}

// How a stream that is gzip'd can end.
func TestEndsOfGzip(t *testing.T) {
	var b bytes.Buffer
	to := gzip.NewWriter(&b)
	_, _ = io.WriteString(to, "data: x\n\n")
	_ = to.Flush()
	flushed := b.Len()
	_, _ = io.WriteString(to, strings.Repeat("data: more\n\n", 3))
	_ = to.Close()
	whole := b.String()
	wrongSum := whole[:len(whole)-8] + "\x00\x00\x00\x00" + whole[len(whole)-4:]
	tests := []struct{ name, body, want string }{
		{"whole", chunkedBody(whole, 7), "closed: ended, final"},
		{"nothing", chunkedBody("", 7), "closed: ended, final"},
		{"cut by the server", chunkedBody(whole[:flushed], 7), "closed: truncated, final"},
		{"cut with the connection", "5\r\n" + whole[:5] + "\r\n", "closed: truncated, final"},
		{"trailing garbage", chunkedBody(whole+"more than ten bytes", 7), "closed: malformed_http, final"},
		{"no gzip", chunkedBody("data: this is no gzip\n\n", 7), "closed: malformed_http, final"},
		{"wrong checksum", chunkedBody(wrongSum, 7), "closed: malformed_http, final"},
		{"broken data", chunkedBody(whole[:12]+"\xff\xff\xff\xff"+whole[16:], 7), "closed: malformed_http, final"},
		{"broken framing", "5\r\n" + whole[:5] + "\r\nx", "closed: malformed_http, final"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serveRaw(t, func(c net.Conn, _ string) {
				write(c, okHead+"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"+tt.body)
			})
			j := new(journal)
			run(t, t.Context(), eventsource.Config{URL: url, NoReconnect: true, Handler: j})
			j.wantLast(t, tt.want)
		})
	}
}
