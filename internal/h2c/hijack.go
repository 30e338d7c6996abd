package h2c

import (
	"fmt"
	"net"
	"net/http"
)

// restOfPreface is the client's preface (RFC 9113 §3.4) without what net/http
// takes for the head of a request.
const restOfPreface = "SM\r\n\r\n"

// IsPreface says whether r is no request, but the beginning of a connection of
// HTTP/2 as net/http sees it where it does not speak HTTP/2 itself.
func IsPreface(r *http.Request) bool {
	return r.ProtoMajor == 2 && r.Method == "PRI" && r.RequestURI == "*"
}

// Hijack takes the connection of such a request over from net/http, for
// Server.Serve. No deadline is set on it.
func Hijack(w http.ResponseWriter) (socket net.Conn, read []byte, err error) {
	socket, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("h2c: taking over the connection: %w", err)
	}
	read, err = buffered.Reader.Peek(buffered.Reader.Buffered())
	return socket, append([]byte(nil), read...), err
}
