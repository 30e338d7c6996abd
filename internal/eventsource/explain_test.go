package eventsource_test

import (
	"net"
	"strings"
	"testing"

	"sseserver/internal/eventsource"
)

// What a refusal says of itself, however much and in whatever framing.
func TestBodyOfARefusal(t *testing.T) {
	tests := []struct{ name, answer, want string }{
		{"status", "HTTP/1.1 429 No\r\nContent-Length: 4\r\n\r\nslow", "slow"},
		{"chunked", "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + chunkedBody("in pieces", 2), "in pieces"},
		{"type", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", "<p>"},
		{"cut", "HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\npart", "part"},
		{"long", "HTTP/1.1 500 No\r\n\r\n" + strings.Repeat("x", 5000), strings.Repeat("x", 1024)},
		{"none", "HTTP/1.1 500 No\r\n\r\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serveRaw(t, func(c net.Conn, _ string) { write(c, tt.answer) })
			end := run(t, t.Context(), eventsource.Config{URL: url, ErrorBody: true, Handler: new(journal)})
			if end.Body != tt.want {
				t.Errorf("got %q, want %q", end.Body, tt.want)
			}
			if end := run(t, t.Context(), eventsource.Config{URL: url, Handler: new(journal)}); end.Body != "" {
				t.Errorf("got %q, which was not asked for", end.Body)
			}
		})
	}
}

// A body that does not come is not waited for in vain.
func TestBodyOfARefusalThatDoesNotEnd(t *testing.T) {
	gone := make(chan struct{})
	url := serveRaw(t, func(c net.Conn, _ string) {
		write(c, "HTTP/1.1 500 No\r\n\r\nwell")
		_, _ = c.Read(make([]byte, 1)) // until the client leaves
		close(gone)
	})
	end := run(t, t.Context(), eventsource.Config{URL: url, ErrorBody: true, Handler: new(journal)})
	if end.Body != "well" || end.Reason != eventsource.ReasonBadStatus {
		t.Errorf("got %v with %q", end, end.Body)
	}
	<-gone
}
