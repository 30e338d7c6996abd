package eventsource_test

import (
	"context"
	"net"

	"sseserver/internal/eventsource"
)

// memory is a Transport whose n-th connection is served in memory by the n-th
// answer, the last answer serving all that follow. A nil answer refuses the
// connection. The client sees the end of the connection when the answer
// returns.
func memory(answers ...func(c net.Conn, request string)) *eventsource.Transport {
	n := 0
	return &eventsource.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		answer := answers[min(n, len(answers)-1)]
		n++
		if answer == nil {
			return nil, errRefused
		}
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			if request, err := readRequest(server); err == nil {
				answer(server, request)
			}
		}()
		return client, nil
	}}
}

var errRefused = &net.OpError{Op: "dial", Net: "memory", Err: net.ErrClosed}
