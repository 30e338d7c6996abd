package ssetest

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Protocol is how a client talks to the server.
type Protocol string

// The protocols that the server speaks.
const (
	HTTP1 Protocol = "HTTP/1.1"
	H2C   Protocol = "HTTP/2.0" // without TLS, by prior knowledge
	HTTPS Protocol = "HTTP/1.1 over TLS"
	H2    Protocol = "HTTP/2.0 over TLS"
)

// Protocols are all protocols, and Cleartext those without TLS.
var (
	Protocols = []Protocol{HTTP1, H2C, HTTPS, H2}
	Cleartext = Protocols[:2]
)

// Version is what http.Response.Proto says.
func (p Protocol) Version() string {
	version, _, _ := strings.Cut(string(p), " ")
	return version
}

// IsHTTP2 says whether streams share a connection.
func (p Protocol) IsHTTP2() bool { return p == H2C || p == H2 }

func (p Protocol) isSecure() bool { return p == HTTPS || p == H2 }

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
	client := &http.Client{
		Transport:     s.transport(protocol),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if s.clients.by == nil {
		s.clients.by = make(map[Protocol]*http.Client)
	}
	s.clients.by[protocol] = client
	return client
}

func (s *Server) transport(protocol Protocol) http.RoundTripper {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!protocol.IsHTTP2())
	protocols.SetHTTP2(protocol == H2)
	protocols.SetUnencryptedHTTP2(protocol == H2C)
	listener := s.listener
	if protocol.isSecure() {
		listener = s.secure()
	}
	transport := &http.Transport{
		Protocols:          protocols,
		DisableCompression: true, // it would add a field to each request
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dial(ctx, listener)
		},
	}
	if protocol.isSecure() {
		return secure{transport}
	}
	return transport
}

func (c *clients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, client := range c.by {
		client.CloseIdleConnections()
	}
}

func dial(ctx context.Context, to net.Listener) (net.Conn, error) {
	if l, ok := to.(*listener); ok {
		return l.dial()
	}
	return new(net.Dialer).DialContext(ctx, "tcp", to.Addr().String())
}

// Dial opens a connection without TLS, on which nothing is said yet. In memory it
// is a *Conn. It is closed at the end of the test at the latest.
func (s *Server) Dial() net.Conn {
	s.t.Helper()
	conn, err := dial(s.background(), s.listener)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

// DialTLS opens a connection with TLS for one protocol of ALPN, "http/1.1" or
// "h2". It is closed at the end of the test at the latest.
func (s *Server) DialTLS(alpn string) net.Conn {
	s.t.Helper()
	s.Client(HTTPS) // opens the listener
	conn, err := dial(s.background(), s.secure())
	if err != nil {
		s.t.Fatal(err)
	}
	secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{alpn}})
	s.t.Cleanup(func() { secure.Close() })
	return secure
}
