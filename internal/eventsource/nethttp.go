package eventsource

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// streamsPerPool is how many sources share one http.Transport. Its pool of HTTP/2 connections is a
// list under one lock, searched for every request, so one pool for all streams would make the
// opening of n streams cost n² steps.
const streamsPerPool = 4096

// defaultStreamWindow is how far, in bytes, a server may run ahead of the reader of an HTTP/2
// stream (RFC 9113, section 6.9.2: the initial window). The 4 MiB of net/http would hide a stalled
// reader from its server, at the cost of memory here.
const defaultStreamWindow = 64 << 10

// httpPools are the http.Transports of a Transport, made as the number of sources grows.
type httpPools struct {
	mu    sync.Mutex
	pools []*httpPool
}

type httpPool struct {
	*http.Transport
	streams int // in use, guarded by httpPools.mu
}

// roundTripHTTP goes through net/http: for TLS, and for HTTP/2.
func (t *Transport) roundTripHTTP(ctx context.Context, a *attempt, req *request) (*response, *Error) {
	ctx, cancel := context.WithCancel(ctx)
	a.use(dialing{cancel})
	var sent sending
	hreq, err := req.http(httptrace.WithClientTrace(ctx, sent.trace()))
	if err != nil {
		return nil, a.failed(ReasonConnectFailed, err)
	}
	pool := t.http.take(t.newHTTP)
	resp, err := pool.RoundTrip(hreq)
	if err != nil {
		t.http.give(pool)
		if !sent.connected.Load() {
			return nil, a.failed(ReasonConnectFailed, err)
		}
		return nil, a.failed(ReasonNoResponse, err)
	}
	headAt := time.Now()
	a.alive()
	a.use(&httpStream{resp.Body, cancel, t, pool})
	return &response{requested: sent.at(), headAt: headAt, from: resp.Body, head: head{
		status:          resp.StatusCode,
		contentType:     resp.Header.Get("Content-Type"),
		contentEncoding: resp.Header.Get("Content-Encoding"),
		location:        resp.Header.Get("Location"),
		framing:         framing{length: unknownLength}, // net/http itself tells a cut body from a whole one
	}}, nil
}

// sending follows how net/http sends a request, which it does on goroutines of its own.
type sending struct {
	begun     time.Time
	connected atomic.Bool
	requested atomic.Int64 // nanoseconds since begun
}

// trace makes net/http say how far it is. It tells of a header field when it has its turn on the
// connection, and then sends all fields together: to have the connection is not enough where
// thousands of streams share one. If it sends the request again, the last time counts.
func (s *sending) trace() *httptrace.ClientTrace {
	s.begun = time.Now()
	return &httptrace.ClientTrace{
		GotConn:          func(httptrace.GotConnInfo) { s.connected.Store(true) },
		WroteHeaderField: func(string, []string) { s.requested.Store(int64(time.Since(s.begun))) },
	}
}

// at is when the request went out.
func (s *sending) at() time.Time { return s.begun.Add(time.Duration(s.requested.Load())) }

// httpStream is one stream of an http.Transport.
type httpStream struct {
	body   io.Closer
	cancel context.CancelFunc
	t      *Transport
	pool   *httpPool
}

func (s *httpStream) interrupt() { s.cancel() }

func (s *httpStream) hangUp() {
	s.cancel()
	_ = s.body.Close() // nothing is kept of it
	s.t.http.give(s.pool)
}

// take finds a place for one more stream.
func (h *httpPools) take(grow func() *http.Transport) *httpPool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.pools {
		if p.streams < streamsPerPool {
			p.streams++
			return p
		}
	}
	p := &httpPool{Transport: grow(), streams: 1}
	h.pools = append(h.pools, p)
	return p
}

func (h *httpPools) give(p *httpPool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p.streams--
}

func (t *Transport) newHTTP() *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(t.Protocol == HTTP1)
	protocols.SetHTTP2(t.Protocol != HTTP1)
	protocols.SetUnencryptedHTTP2(t.Protocol == H2C)
	receive := t.ReceiveBuffer
	if receive <= 0 {
		receive = defaultStreamWindow
	}
	return &http.Transport{
		Protocols:          &protocols,
		DialContext:        t.dial,
		TLSClientConfig:    t.TLS,
		HTTP2:              &http.HTTP2Config{MaxReceiveBufferPerStream: receive},
		DisableCompression: true, // an event stream is read as it is sent
		DisableKeepAlives:  t.Protocol == HTTP1,
	}
}

// CloseIdleConnections closes connections that no source uses any more. Call it when the sources'
// Runs have returned.
func (t *Transport) CloseIdleConnections() {
	t.http.mu.Lock()
	defer t.http.mu.Unlock()
	for _, p := range t.http.pools {
		p.CloseIdleConnections()
	}
}
