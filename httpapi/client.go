package httpapi

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientOf returns the address of the client that sent r, without its port: the
// zero Addr if it is not known. It is the other end of the connection, or, where
// that is a trusted proxy, the one that it forwards.
//
// Each proxy adds the address of its own client at the end of X-Forwarded-For. So
// the field is read from there, up to the first address that is not trusted: what
// stands before it is only what that client says of itself.
func (s *Server) clientOf(r *http.Request) netip.Addr {
	client := parseHop(r.RemoteAddr)
	if !s.trusts(client) {
		return client
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		forwarded := parseHop(strings.TrimSpace(hop))
		if !forwarded.IsValid() {
			break
		}
		client = forwarded
		if !s.trusts(client) {
			break
		}
	}
	return client
}

// portOf returns the port of the client, 0 if it is not known: a proxy seldom tells it.
func portOf(r *http.Request, client netip.Addr) uint16 {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && peer.Addr().Unmap().WithZone("") == client {
		return peer.Port()
	}
	return 0
}

// agents hashes what clients call themselves.
var agents = maphash.MakeSeed()

// agentOf tells clients of one address apart, as far as they differ in what they call
// themselves.
func agentOf(r *http.Request) uint64 { return maphash.String(agents, r.UserAgent()) }

// trusts says whether address is that of a proxy whose X-Forwarded-For counts.
func (s *Server) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(s.config.TrustedProxies, func(proxies netip.Prefix) bool {
		return proxies.Contains(address)
	})
}

// parseHop reads an address with or without a port. An IPv4 address inside of an
// IPv6 one is that IPv4 address.
func parseHop(hop string) netip.Addr {
	address, err := netip.ParseAddr(hop)
	if err != nil {
		withPort, _ := netip.ParseAddrPort(hop)
		address = withPort.Addr()
	}
	return address.Unmap().WithZone("")
}

// networkOf returns what counts as one client: an IPv4 address, or of IPv6 the
// network of 64 bits, which is the least that a site gets (RFC 6177 §2), and in which
// a machine takes as many addresses as it likes (RFC 8981).
func networkOf(client netip.Addr) netip.Prefix {
	bits := 64
	if client.Is4() {
		bits = 32
	}
	network, _ := client.Prefix(bits) // the zero Prefix if the client is not known
	return network
}
