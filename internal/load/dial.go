package load

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
)

// dialer makes connections for HTTP/1.1 to an address, from a source address;
// the zero address leaves that open.
func (c Config) dialer(to *url.URL, source netip.Addr) func(context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience}
	if source.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	}
	host, port := to.Hostname(), to.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[to.Scheme]
	}
	address := net.JoinHostPort(host, port)
	if to.Scheme != "https" {
		return func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", address) }
	}
	config := c.transport(source).TLS.Clone()
	if config == nil {
		config = &tls.Config{} //nolint:gosec // the versions of the default
	}
	config.ServerName, config.NextProtos = host, []string{"http/1.1"}
	secure := tls.Dialer{NetDialer: &dialer, Config: config}
	return func(ctx context.Context) (net.Conn, error) { return secure.DialContext(ctx, "tcp", address) }
}

// sourceOf is the source address of a connection; the zero address leaves it
// open.
func (c Config) sourceOf(connection int) netip.Addr {
	if len(c.SourceAddresses) == 0 {
		return noAddress
	}
	return c.SourceAddresses[connection%len(c.SourceAddresses)]
}
