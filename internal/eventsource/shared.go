package eventsource

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// httpConns makes a Transport's connections that go through net/http, and keeps
// those of HTTP/2. The pool of net/http would begin a connection for each
// request that finds no place, though one serves hundreds, and search all
// connections for each.
type httpConns struct {
	once sync.Once
	via  *http.Transport // set by once

	mu     sync.Mutex
	shared map[string]*sharedConns // HTTP/2 connections by address
}

// dialHTTP makes a connection, with a place for one request reserved.
type dialHTTP func(context.Context) (*http.ClientConn, error)

// httpConn is a connection with a place for one request reserved.
func (t *Transport) httpConn(ctx context.Context, u *url.URL) (*http.ClientConn, error) {
	t.http.once.Do(func() { t.http.via = t.newHTTP() })
	dial := func(ctx context.Context) (*http.ClientConn, error) {
		c, err := t.http.via.NewClientConn(ctx, u.Scheme, address(u))
		if err != nil {
			return nil, err
		}
		if err := c.Reserve(); err != nil {
			_ = c.Close() // lost already, or of no use
			return nil, err
		}
		return c, nil
	}
	if t.Protocol == HTTP1 {
		return dial(ctx)
	}
	return t.http.to(address(u)).reserve(ctx, dial)
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

func (h *httpConns) to(address string) *sharedConns {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.shared[address]
	if s == nil {
		s = new(sharedConns)
		if h.shared == nil {
			h.shared = map[string]*sharedConns{}
		}
		h.shared[address] = s
	}
	return s
}

// CloseIdleConnections closes connections that no source uses any more. Call it
// when the sources' Runs have returned.
func (t *Transport) CloseIdleConnections() {
	t.http.mu.Lock()
	defer t.http.mu.Unlock()
	for _, s := range t.http.shared {
		s.closeIdle()
	}
}

// sharedConns are the HTTP/2 connections to one address. A connection has as
// many places for streams as its server allows (RFC 9113, section 5.1.2).
type sharedConns struct {
	mu    sync.Mutex
	conns []*http.ClientConn
	last  int     // index of the one that had a place last
	next  *making // nil while none is being made
}

// making is the making of a connection, by one stream for all that wait for it.
type making struct {
	over chan struct{} // closed by the maker

	// Not written any more when over is closed.
	err       error
	abandoned bool // because of the maker alone: its stream was told to stop
}

// reserve takes a place, on a new connection if there is none free.
func (s *sharedConns) reserve(ctx context.Context, dial dialHTTP) (*http.ClientConn, error) {
	for {
		s.mu.Lock()
		m := s.next
		if m == nil {
			if c := s.free(); c != nil {
				s.mu.Unlock()
				return c, nil
			}
			m = &making{over: make(chan struct{})}
			s.next = m
			s.mu.Unlock()
			return s.make(ctx, m, dial)
		}
		s.mu.Unlock()
		select {
		case <-m.over:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if m.err != nil && !m.abandoned {
			return nil, m.err
		}
	}
}

// free takes a free place and forgets connections that are lost. mu is held.
func (s *sharedConns) free() *http.ClientConn {
	for range len(s.conns) {
		if s.last >= len(s.conns) {
			s.last = 0
		}
		c := s.conns[s.last]
		switch {
		case c.Reserve() == nil:
			return c
		case c.Err() != nil:
			s.conns = slices.Delete(s.conns, s.last, s.last+1)
		default:
			s.last++
		}
	}
	return nil
}

// make makes a connection; its first place is the maker's.
func (s *sharedConns) make(ctx context.Context, m *making, dial dialHTTP) (*http.ClientConn, error) {
	c, err := dial(ctx)
	m.err, m.abandoned = err, ctx.Err() != nil
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = nil
	if err == nil {
		s.last = len(s.conns)
		s.conns = append(s.conns, c)
	}
	close(m.over)
	return c, err
}

func (s *sharedConns) closeIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = slices.DeleteFunc(s.conns, func(c *http.ClientConn) bool {
		idle := c.InFlight() == 0
		if idle {
			_ = c.Close() // nobody uses it
		}
		return idle
	})
}
