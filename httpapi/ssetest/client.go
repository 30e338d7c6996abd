package ssetest

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Protocol is how a client talks to the server.
type Protocol string

// The protocols that the server speaks.
const (
	HTTP1 Protocol = "HTTP/1.1"
	H2C   Protocol = "HTTP/2.0" // without TLS, by prior knowledge
)

// Protocols are all protocols.
var Protocols = []Protocol{HTTP1, H2C}

// clients are the clients of one server, made when first asked for.
type clients struct {
	mu sync.Mutex
	by map[Protocol]*http.Client
}

// Client returns the client of that protocol, always the same one. It follows
// no redirect.
func (s *Server) Client(protocol Protocol) *http.Client {
	s.clients.mu.Lock()
	defer s.clients.mu.Unlock()
	if client, ok := s.clients.by[protocol]; ok {
		return client
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(protocol == HTTP1)
	protocols.SetUnencryptedHTTP2(protocol == H2C)
	client := &http.Client{
		Transport: &http.Transport{
			Protocols:          protocols,
			DisableCompression: true, // it would add a field to each request
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return s.dial(ctx)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if s.clients.by == nil {
		s.clients.by = make(map[Protocol]*http.Client)
	}
	s.clients.by[protocol] = client
	return client
}

func (c *clients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, client := range c.by {
		client.CloseIdleConnections()
	}
}

func (s *Server) dial(ctx context.Context) (net.Conn, error) {
	if l, ok := s.listener.(*listener); ok {
		return l.dial()
	}
	return new(net.Dialer).DialContext(ctx, "tcp", s.listener.Addr().String())
}

// Dial opens a connection, on which nothing is said yet. In memory it is a
// *Conn. It is closed at the end of the test at the latest.
func (s *Server) Dial() net.Conn {
	s.t.Helper()
	conn, err := s.dial(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}
