package eventsource

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// streamsPerPool is how many sources share one http.Transport. Its pool of HTTP/2 connections is a
// list under one lock, searched for every request, so one pool for all streams would make the
// opening of n streams cost n² steps.
const streamsPerPool = 4096

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
func (t *Transport) roundTripHTTP(ctx context.Context, req *request) (*response, *Error) {
	r := &response{}
	trace := httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { r.connected = time.Now() }}
	hreq, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, &trace), req.method, req.url.String(), strings.NewReader(req.body))
	if err != nil {
		return nil, fail(ReasonConnectFailed, err)
	}
	if req.body == "" {
		hreq.Body = http.NoBody
	}
	hreq.Header, hreq.Host = req.header, req.host()
	pool := t.http.take(t.newHTTP)
	resp, err := pool.RoundTrip(hreq)
	if err != nil {
		t.http.give(pool)
		if r.connected.IsZero() {
			return nil, exchangeFailed(ctx, ReasonConnectFailed, err)
		}
		return nil, exchangeFailed(ctx, ReasonNoResponse, err)
	}
	r.headAt = time.Now()
	r.conn = resp.Body
	r.onClose = func() { t.http.give(pool) }
	r.body = body{endsWithConnection: true} // net/http tells a cut body from an ended one
	r.head = head{
		status:          resp.StatusCode,
		contentType:     resp.Header.Get("Content-Type"),
		contentEncoding: resp.Header.Get("Content-Encoding"),
		location:        resp.Header.Get("Location"),
	}
	return r, nil
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
	return &http.Transport{
		Protocols:          &protocols,
		DialContext:        t.dial,
		TLSClientConfig:    t.TLS,
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
