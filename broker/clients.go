package broker

import "net/netip"

// clients are what each client holds of what is bounded for one client. Like messages,
// this is plain state. Clients that hold nothing are not in it, and without a bound
// nobody is.
type clients struct {
	// Immutable. 0 is no bound.
	streamLimit int
	byteLimit   int64 // of text
	openLimit   int   // of live messages that are open; bounded only together with bytes

	shares map[netip.Prefix]*share
}

// share is what one client holds. nil is that of a client where nothing is bounded.
type share struct {
	client  netip.Prefix
	streams int
	texts   int   // that it has submitted and that are still stored
	open    int   // of these, live messages that are open
	bytes   int64 // of all these
}

// mayOpen says whether a client may open one more live message.
func (c *clients) mayOpen(client netip.Prefix) bool {
	return c.openLimit == 0 || c.of(client).open < c.openLimit
}

// opened counts one more open live message, or one less if more is -1.
func (s *share) opened(more int) {
	if s != nil {
		s.open += more
	}
}

// of returns the share of a client, which need not be known yet.
func (c *clients) of(client netip.Prefix) *share {
	if known := c.shares[client]; known != nil {
		return known
	}
	return &share{client: client}
}

// openStream counts one more stream of client, for closeStream to end. It says
// false if that has as many as it may.
func (c *clients) openStream(client netip.Prefix) (*share, bool) {
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
func (c *clients) store(client netip.Prefix, size int) (*share, bool) {
	if c.byteLimit == 0 {
		return nil, true
	}
	if !c.mayStore(client, size) {
		return nil, false
	}
	s := c.of(client)
	s.texts++
	s.bytes += int64(size)
	c.shares[s.client] = s
	return s, true
}

// mayStore says whether a client may have a text of so many bytes more.
func (c *clients) mayStore(client netip.Prefix, size int) bool {
	return c.byteLimit == 0 || c.of(client).bytes+int64(size) <= c.byteLimit
}

// mayGrow says whether the client of a text that is stored may have so many bytes
// more.
func (c *clients) mayGrow(s *share, size int) bool {
	return s == nil || s.bytes+int64(size) <= c.byteLimit
}

// grow counts so many bytes more of a text that is stored.
func (c *clients) grow(s *share, size int) {
	if s != nil {
		s.bytes += int64(size)
	}
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
