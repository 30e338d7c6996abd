package broker

import "net/netip"

// clients are what each client holds of what is bounded for one. As messages, it is
// plain state. A client that holds nothing is not known, and where nothing is
// bounded, none is.
type clients struct {
	// Immutable. 0 is no bound.
	streamLimit int
	byteLimit   int64 // of text

	shares map[netip.Addr]*share
}

// share is what one client holds. nil is that of a client where nothing is bounded.
type share struct {
	client  netip.Addr // as whole returns it
	streams int
	texts   int   // that it has submitted and that are still stored
	bytes   int64 // of these
}

// whole returns what counts as one client: the address, or with IPv6 the network of
// 64 bits, which is the least that a site gets (RFC 6177 §2), and from which each of
// its hosts takes as many addresses as it likes (RFC 8981).
func whole(client netip.Addr) netip.Addr {
	if client = client.Unmap(); client.Is6() {
		network, _ := client.Prefix(64)
		return network.Addr()
	}
	return client
}

// of returns the share of a client, which need not be known yet.
func (c *clients) of(client netip.Addr) *share {
	client = whole(client)
	if known := c.shares[client]; known != nil {
		return known
	}
	return &share{client: client}
}

// openStream counts one more stream of client, for closeStream to end. It says
// false if that has as many as it may.
func (c *clients) openStream(client netip.Addr) (*share, bool) {
	if c.streamLimit == 0 {
		return nil, true
	}
	s := c.of(client)
	if s.streams >= c.streamLimit {
		return nil, false
	}
	s.streams++
	c.shares[s.client] = s
	return s, true
}

func (c *clients) closeStream(s *share) {
	if s != nil {
		s.streams--
		c.forgetIdle(s)
	}
}

// store counts a text of so many bytes that client has submitted, for remove to
// take back. It says false if that would be more than it may have.
func (c *clients) store(client netip.Addr, size int) (*share, bool) {
	if c.byteLimit == 0 {
		return nil, true
	}
	s := c.of(client)
	if s.bytes+int64(size) > c.byteLimit {
		return nil, false
	}
	s.texts++
	s.bytes += int64(size)
	c.shares[s.client] = s
	return s, true
}

func (c *clients) remove(s *share, size int) {
	if s != nil {
		s.texts--
		s.bytes -= int64(size)
		c.forgetIdle(s)
	}
}

func (c *clients) forgetIdle(s *share) {
	if s.streams == 0 && s.texts == 0 {
		delete(c.shares, s.client)
	}
}
