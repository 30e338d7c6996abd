package eventsource

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// defaultStreamWindow is how far, in bytes, a server may run ahead of the
// reader of an HTTP/2 stream (RFC 9113, section 6.9.2: the initial window). The
// 4 MiB of net/http would hide a stalled reader from its server, at the cost of
// memory here.
const defaultStreamWindow = 64 << 10

// roundTripHTTP goes through net/http: for TLS, and for HTTP/2.
func (t *Transport) roundTripHTTP(ctx context.Context, a *attempt, req *request) (*response, *Error) {
	ctx, cancel := context.WithCancel(ctx)
	a.use(dialing{cancel})
	var sent sending
	resp, conn, end := t.exchange(ctx, a, req, &sent)
	if end != nil {
		return nil, end
	}
	headAt := time.Now()
	a.alive()
	a.use(&httpStream{resp.Body, cancel, t.own(conn)})
	r := &response{requested: sent.at(), headAt: headAt, from: resp.Body, head: head{
		status:          resp.StatusCode,
		contentType:     resp.Header.Get("Content-Type"),
		contentEncoding: resp.Header.Get("Content-Encoding"),
		location:        resp.Header.Get("Location"),
		plan:            resp.Header.Get("X-Stream-Plan"),
		framing:         framing{length: unknownLength}, // net/http itself tells a cut body from a whole one
	}}
	resp.Request, resp.Header = nil, nil // net/http keeps the response for as long as the stream is open
	return r, nil
}

// maxTries is how many connections a request may try that are lost before it is
// written.
const maxTries = 3

var errNoHTTP2 = errors.New("the server does not speak HTTP/2")

// exchange sends the request and gets the response head.
func (t *Transport) exchange(ctx context.Context, a *attempt, req *request, sent *sending) (*http.Response, *http.ClientConn, *Error) {
	for tries := 1; ; tries++ {
		conn, err := t.httpConn(ctx, req.url)
		if err != nil {
			return nil, nil, a.failed(ReasonConnectFailed, err)
		}
		resp, err := t.send(ctx, conn, req, sent)
		if err == nil {
			return resp, conn, nil
		}
		lost := conn.Err() != nil
		if own := t.own(conn); own != nil {
			_ = own.Close() // the error is known
		}
		switch {
		case errors.Is(err, errNoHTTP2):
			return nil, nil, a.failed(ReasonConnectFailed, err)
		case !lost || sent.requested.Load() > 0 || tries == maxTries:
			return nil, nil, a.failed(ReasonNoResponse, err)
		}
	}
}

// send uses the place on the connection.
func (t *Transport) send(ctx context.Context, conn *http.ClientConn, req *request, sent *sending) (*http.Response, error) {
	hreq, err := req.http(httptrace.WithClientTrace(ctx, sent.trace()))
	if err != nil {
		conn.Release()
		return nil, err
	}
	resp, err := conn.RoundTrip(hreq)
	if err == nil && t.Protocol != HTTP1 && resp.ProtoMajor != 2 { // net/http has agreed to less
		_ = conn.Close() // nobody wants it
		return nil, errNoHTTP2
	}
	return resp, err
}

// own is the connection if it serves no other stream, else nil.
func (t *Transport) own(conn *http.ClientConn) io.Closer {
	if t.Protocol == HTTP1 {
		return conn
	}
	return nil
}

// sending follows how net/http sends a request, which it does on a goroutine of
// its own.
type sending struct {
	begun     time.Time
	requested atomic.Int64 // nanoseconds since begun, at least 1; 0 before
}

// trace makes net/http say when the request goes out. It tells of a header
// field when the request has its turn on the connection, and then sends all
// fields together: to have the connection is not enough where many streams
// share one.
func (s *sending) trace() *httptrace.ClientTrace {
	s.begun = time.Now()
	return &httptrace.ClientTrace{
		WroteHeaderField: func(string, []string) { s.requested.Store(max(int64(time.Since(s.begun)), 1)) },
	}
}

// at is when the request went out.
func (s *sending) at() time.Time { return s.begun.Add(time.Duration(s.requested.Load())) }

// httpStream is one stream of net/http.
type httpStream struct {
	body   io.Closer
	cancel context.CancelFunc
	own    io.Closer // its connection, nil if that is shared
}

func (s *httpStream) interrupt() { s.cancel() }

func (s *httpStream) hangUp() {
	s.cancel()
	_ = s.body.Close() // nothing is kept of it
	if s.own != nil {
		_ = s.own.Close()
	}
}
