package eventsource_test

import (
	"net"
	"testing"
	"time"

	"sseserver/internal/eventsource"
)

// What a read delivered of the stream itself does not count the framing.
func TestPayload(t *testing.T) {
	const body = "7\r\ndata:a\n\r\n1\r\n\n\r\n0\r\n\r\n"
	for name, server := range map[string]func(net.Conn, string){
		"chunked": func(c net.Conn, _ string) { write(c, okHead+"Transfer-Encoding: chunked\r\n\r\n"+body) },
		"counted": func(c net.Conn, _ string) { write(c, okHead+"Content-Length: 8\r\n\r\ndata:a\n\n") },
		"closed":  func(c net.Conn, _ string) { write(c, okHead+"\r\ndata:a\n\n") },
	} {
		var j journal
		payload := 0
		j.onRead = func(r eventsource.Read) time.Duration {
			payload += r.Payload
			return 0
		}
		run(t, t.Context(), eventsource.Config{URL: inMemory, Handler: &j, Transport: memory(server), NoReconnect: true})
		if payload != 8 {
			t.Errorf("%s: %d bytes, want the 8 of the event", name, payload)
		}
	}
}
