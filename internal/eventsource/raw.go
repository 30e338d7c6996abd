package eventsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// headBuffer is the room, in bytes, for a response head with what of the body comes with it. A
// longer head moves to a buffer of maxHead bytes, which is also the bound.
const (
	headBuffer = 4 << 10
	maxHead    = 64 << 10
)

// headBuffers are borrowed for the exchange and until the body bytes that came with the head have
// been interpreted.
var headBuffers = sync.Pool{New: func() any { return new([headBuffer]byte) }}

// roundTripRaw sends the request on a connection of its own and reads the response head.
func (t *Transport) roundTripRaw(ctx context.Context, req *request) (*response, *Error) {
	conn, err := t.dial(ctx, "tcp", address(req.url))
	if err != nil {
		return nil, exchangeFailed(ctx, ReasonConnectFailed, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	r := &response{connected: time.Now(), conn: conn, onClose: func() { stop() }}
	if err := r.exchange(ctx, conn, req); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// exchangeFailed prefers this side's own reason, of which the failure is only the effect.
func exchangeFailed(ctx context.Context, reason Reason, err error) *Error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	return fail(reason, err)
}

func (r *response) exchange(ctx context.Context, conn net.Conn, req *request) *Error {
	if _, err := conn.Write(req.bytes()); err != nil {
		return exchangeFailed(ctx, ReasonNoResponse, err)
	}
	r.borrowed = headBuffers.Get().(*[headBuffer]byte)
	err := r.readHead(ctx, conn, r.borrowed[:])
	if len(r.ahead) == 0 {
		r.forgetAhead()
	}
	return err
}

// readHead reads until the head of the final response is whole; informational responses before it
// are passed over (RFC 9110, section 15.2).
func (r *response) readHead(ctx context.Context, conn net.Conn, buf []byte) *Error {
	var err error
	for n := 0; ; {
		for end := headEnd(buf[:n]); end >= 0; end = headEnd(buf[:n]) {
			if r.head, err = parseHead(buf[:end]); err != nil {
				return fail(ReasonMalformedHTTP, err)
			}
			if r.status >= 200 {
				r.body = newBody(r.framing)
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
		if n += m; m == 0 && err != nil {
			if n > 0 {
				err = errors.Join(fmt.Errorf("connection ended inside the response head %s", quote(buf[:n])), err)
			}
			return exchangeFailed(ctx, ReasonNoResponse, err)
		}
	}
}

// couldBeHTTP tells early that garbage is garbage, instead of reading on for a line end.
func couldBeHTTP(b []byte) bool {
	const start = "HTTP/1."
	n := min(len(b), len(start))
	return string(b[:n]) == start[:n]
}

// bytes is the request as sent.
func (r *request) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, r.url.RequestURI(), r.host())
	_ = r.header.WriteSubset(&b, map[string]bool{"Host": true})
	if r.body != "" || r.method != "GET" && r.method != "HEAD" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	b.WriteString("\r\n")
	b.WriteString(r.body)
	return b.Bytes()
}
