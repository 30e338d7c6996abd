package eventsource

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"time"
)

// Protocol is the HTTP version to speak.
type Protocol uint8

const (
	HTTP1 Protocol = iota // HTTP/1.1, one connection for each source
	H2C                   // HTTP/2 without TLS, by prior knowledge (RFC 9113, section 3.3); needs http URLs
	H2                    // HTTP/2 over TLS; needs https URLs
)

// Transport says how to connect. Any number of sources may share one, and must,
// for HTTP/2 streams to share connections. The fields must not change once a
// source uses it. The zero value speaks HTTP/1.1.
type Transport struct {
	Protocol  Protocol
	LocalAddr netip.Addr  // source address; the zero Addr leaves it to the system
	TLS       *tls.Config // nil means the default one

	// ConnectTimeout bounds the making of a TCP connection, not the wait for
	// the response. Zero means 30 s, negative means what the system allows.
	ConnectTimeout time.Duration

	// ReceiveBuffer is how many bytes a server may run ahead of a source, so
	// that a slow reader is felt soon: the size to ask of the system for the
	// socket's receive buffer, and the flow-control window of an HTTP/2 stream.
	// Zero leaves the first to the system and makes the second 64 KiB.
	ReceiveBuffer int

	// MaxReadBytes bounds one read, for readers that are to be slow in bytes
	// also. Zero leaves it to the package: 16 KiB over plain HTTP/1.1, else
	// 512, which also are the most.
	MaxReadBytes int

	// Poll reads all plain HTTP/1.1 connections on a few goroutines, as many as
	// can run at once, which also call the handlers: for very many clients, in
	// less CPU time and memory. Handlers must not block then, or others wait
	// with them. It has an effect on Linux only.
	Poll bool

	// DialContext makes connections in place of the net package, if set.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	http    httpConns
	pollers pollers
}

const defaultConnectTimeout = 30 * time.Second

// follow sends the request and those that redirects ask for. Not ctx but the
// attempt ends it, so that there is one cause; ctx gives its values.
func (t *Transport) follow(ctx context.Context, a *attempt, req *request) (*response, *Error) {
	ctx = context.WithoutCancel(ctx)
	for range maxRedirects + 1 {
		r, err := t.roundTrip(ctx, a, req)
		if err != nil {
			return nil, err
		}
		if !isRedirect(r.status) || r.location == "" {
			return r, nil
		}
		r.forgetAhead()
		a.drop()
		next, rerr := req.redirected(r.status, r.location)
		if rerr != nil {
			return nil, &Error{Reason: ReasonBadRedirect, Status: r.status, Err: rerr}
		}
		req = next
	}
	return nil, fail(ReasonBadRedirect, fmt.Errorf("more than %d redirects", maxRedirects))
}

func (t *Transport) roundTrip(ctx context.Context, a *attempt, req *request) (*response, *Error) {
	if t.Protocol == HTTP1 && req.url.Scheme == "http" {
		return t.roundTripRaw(ctx, a, req)
	}
	return t.roundTripHTTP(ctx, a, req)
}

func (t *Transport) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if t.DialContext != nil {
		return t.DialContext(ctx, network, addr)
	}
	d := net.Dialer{
		Timeout: t.ConnectTimeout,
		// A stream that is silent says nothing of the connection;
		// Config.ReadTimeout does. Without probes the kernel keeps one timer
		// less for each of many connections.
		KeepAlive: -1,
	}
	switch {
	case d.Timeout == 0:
		d.Timeout = defaultConnectTimeout
	case d.Timeout < 0:
		d.Timeout = 0
	}
	if t.LocalAddr.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(t.LocalAddr, 0))
		d.Control = bindLate
	}
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok && t.ReceiveBuffer > 0 {
		_ = tcp.SetReadBuffer(t.ReceiveBuffer) // a wish: the system has bounds of its own
	}
	return conn, nil
}

// receive makes the attempt ready to read the body.
func (t *Transport) receive(a *attempt, r *response) {
	if r.gzipped() { // what it decodes ends with the reading
		a.in, a.body = &gunzip{from: r.payload(), buf: make([]byte, clamp(t.MaxReadBytes, ownBuffer))}, body{}
		r.forgetAhead()
		return
	}
	a.in, a.body = t.input(a, r.from), newBody(r.framing)
}

// input reads the body from a connection, or from a body of net/http. No read
// takes more than MaxReadBytes.
func (t *Transport) input(a *attempt, from io.Reader) input {
	if tcp, ok := from.(*net.TCPConn); ok {
		if t.Poll {
			if in := t.poll(a, tcp); in != nil {
				return in
			}
		}
		if in := newSocket(tcp, clamp(t.MaxReadBytes, maxRead)); in != nil {
			return in
		}
	}
	return &reader{r: from, buf: make([]byte, clamp(t.MaxReadBytes, ownBuffer))}
}

// check tells whether the transport can reach the URL.
func (t *Transport) check(u *url.URL) error {
	switch {
	case t.Protocol == H2C && u.Scheme != "http":
		return errors.New("eventsource: h2c needs an http URL")
	case t.Protocol == H2 && u.Scheme != "https":
		return errors.New("eventsource: h2 needs an https URL")
	}
	return nil
}

// address is the host and port to connect to.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
