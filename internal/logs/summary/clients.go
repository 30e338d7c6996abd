package summary

import (
	"cmp"
	"slices"
)

// maxClients is how many clients are counted; of more, those with least are
// forgotten, and counted from nothing if they come back.
const maxClients = 100_000

// clients counts the streams of each address.
type clients struct {
	all       map[string]*client
	forgotten bool
}

// client is one address.
type client struct {
	address        string
	streams, bytes int64
}

// add counts a stream that has sent so many bytes.
func (c *clients) add(address []byte, bytes int64) {
	one := c.all[string(address)]
	if one == nil {
		if c.all == nil {
			c.all = make(map[string]*client)
		}
		if len(c.all) >= maxClients {
			c.forget()
		}
		one = &client{address: string(address)}
		c.all[one.address] = one
	}
	one.streams++
	one.bytes += bytes
}

// forget keeps those that are in the first quarter by streams or by bytes.
func (c *clients) forget() {
	kept := make(map[string]*client)
	for _, by := range []func(*client) int64{byStreams, byBytes} {
		for _, one := range c.top(by, maxClients/4) {
			kept[one.address] = one
		}
	}
	c.all, c.forgotten = kept, true
}

func byStreams(c *client) int64 { return c.streams }
func byBytes(c *client) int64   { return c.bytes }

// top returns those with most, the most first.
func (c *clients) top(by func(*client) int64, n int) []*client {
	all := make([]*client, 0, len(c.all))
	for _, one := range c.all {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *client) int {
		return cmp.Or(cmp.Compare(by(b), by(a)), cmp.Compare(a.address, b.address))
	})
	return all[:min(n, len(all))]
}
