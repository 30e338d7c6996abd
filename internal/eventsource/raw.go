package eventsource

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// headBuffer is the room, in bytes, for a response head with what of the body
// comes with it. A longer head moves to a buffer of maxHead bytes, which is
// also the bound.
const (
	headBuffer = 4 << 10
	maxHead    = 64 << 10
)

// headBuffers are borrowed for the exchange and until the body bytes that came
// with the head have been interpreted.
var headBuffers = sync.Pool{New: func() any { return new([headBuffer]byte) }}

// roundTripRaw sends the request on a connection of its own and reads the
// response head.
func (t *Transport) roundTripRaw(ctx context.Context, a *attempt, req *request) (*response, *Error) {
	conn, err := t.connect(ctx, a, req)
	if err != nil {
		return nil, a.failed(ReasonConnectFailed, err)
	}
	r := &response{requested: time.Now(), from: conn}
	if _, err := conn.Write(req.bytes()); err != nil {
		return nil, a.failed(ReasonNoResponse, err)
	}
	r.borrowed = headBuffers.Get().(*[headBuffer]byte)
	end := r.readHead(a, conn, r.borrowed[:])
	if end != nil || len(r.ahead) == 0 {
		r.forgetAhead()
	}
	return r, end
}

// connect makes the connection and leaves it to the attempt to hang up.
func (t *Transport) connect(ctx context.Context, a *attempt, req *request) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.use(dialing{cancel})
	conn, err := t.dial(ctx, "tcp", address(req.url))
	if err == nil {
		a.use(made{conn})
	}
	return conn, err
}

// readHead reads until the head of the final response is whole; informational
// responses before it are passed over (RFC 9110, section 15.2).
func (r *response) readHead(a *attempt, conn net.Conn, buf []byte) *Error {
	var err error
	for n := 0; ; {
		for end := headEnd(buf[:n]); end >= 0; end = headEnd(buf[:n]) {
			if r.head, err = parseHead(buf[:end]); err != nil {
				return fail(ReasonMalformedHTTP, err)
			}
			if r.status >= 200 {
				r.ahead = buf[end:n]
				return nil
			}
			n = copy(buf, buf[end:n])
		}
		if !couldBeHTTP(buf[:n]) {
			return fail(ReasonMalformedHTTP, fmt.Errorf("not an HTTP/1 response: %s", quote(buf[:n])))
		}
		if n == len(buf) {
			if n == maxHead {
				return fail(ReasonMalformedHTTP, fmt.Errorf("response head longer than %d bytes", maxHead))
			}
			buf = append(make([]byte, 0, maxHead), buf...)[:maxHead]
		}
		m, err := conn.Read(buf[n:])
		r.headAt = time.Now()
		a.alive()
		if n += m; m == 0 && err != nil {
			return a.failed(ReasonNoResponse, fmt.Errorf("connection ended after %d bytes of response head: %w", n, err))
		}
	}
}

// couldBeHTTP tells early that garbage is garbage, instead of reading on for a
// line end.
func couldBeHTTP(b []byte) bool {
	const start = "HTTP/1."
	n := min(len(b), len(start))
	return string(b[:n]) == start[:n]
}
