package load

import (
	"bufio"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What cannot work is told before the run, in one line.
func TestPreflight(t *testing.T) {
	answer := func(status int, contentType, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	problem := `{"code":"store_full","detail":"no room for another message"}`
	tests := []struct {
		name   string
		config Config
		want   string
	}{
		{"unreachable", Config{URLs: []string{"http://" + closedPort(t)}}, "connection refused"},
		{"unreachable server", Config{Servers: []string{"http://" + closedPort(t)}}, "connection refused"},
		{"not an event stream", Config{URLs: []string{answer(200, "text/html", "<p>")}}, `content type "text/html", want text/event-stream`},
		{"not found", Config{URLs: []string{answer(404, "text/plain", "")}}, "404"},
		{"no content", Config{URLs: []string{answer(204, "text/event-stream", "")}}, "204"},
		{"garbage", Config{URLs: []string{"http://" + garbage(t)}}, "not an HTTP/1 response"},
		{"a server of another kind", Config{Servers: []string{answer(404, "text/plain", "")}}, "use --url"},
		{"a server that refuses", Config{Servers: []string{answer(503, "application/problem+json", problem)}}, "store_full: no room for another message"},
		{"no message id", Config{Servers: []string{answer(200, "application/json", "{}")}}, "did not answer with a messageId"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(t.Context(), tt.config, Watch{})
			if err == nil || errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got error %v, want one line with %q", err, tt.want)
			}
		})
	}
}

// Who meets a certificate that is not accepted is told how it could be.
func TestPreflightOfACertificate(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for _, c := range []Config{{URLs: []string{secure.URL}}, {URLs: []string{secure.URL}, Protocol: "h2"}, {Servers: []string{secure.URL}}} {
		_, err := Run(t.Context(), c, Watch{})
		if want := "; --insecure accepts any certificate"; err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "x509: ") {
			t.Errorf("%v %v: got error %v, want %q at its end", c.URLs, c.Servers, err, want)
		}
		c.Insecure = true
		if _, err := Run(t.Context(), c, Watch{}); err == nil || strings.Contains(err.Error(), "--insecure") {
			t.Errorf("%v %v: got error %v with --insecure", c.URLs, c.Servers, err)
		}
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// garbage is a server that answers every connection with what is no HTTP.
func garbage(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(conn)) // closing with bytes unread would reset it
			_, _ = io.WriteString(conn, "\x00\x01\x02 SSH-2.0-garbage\r\n")
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}
