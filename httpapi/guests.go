package httpapi

import (
	"container/list"
	"net/http"
	"net/netip"

	"sseserver/internal/wire"
)

// Beside are the connections of a listener that stands beside the public one, whose
// files it uses. Some it has for itself. Those that last, because somebody watches, are
// guests among the public connections, where these leave room for them, and are closed
// as soon as the room is needed; a few more may be among its own. When all places of
// guests are taken, a client gets one of those that another has beyond an equal share.
// Any goroutine may call its methods.
type Beside struct{ conns *conns }

// NewBeside returns the connections of a listener beside the public one: at most limit
// of its own, of which a quarter are kept from those that last, and at most so many
// guests.
func (s *Server) NewBeside(limit, guests int) *Beside {
	s.conns.setGuestLimit(guests)
	own := newConns(limit, max(1, limit-limit/4))
	own.host, own.newcomers = s.conns, newNewcomers()
	return &Beside{own}
}

// Bound makes server, which has not been started, keep to that: one connection too
// many closes the one that has been quiet for longest.
func (b *Beside) Bound(server *http.Server) {
	server.Handler = b.conns.watched(server.Handler)
	server.ConnState = b.conns.note
	server.ConnContext = keepConnection
}

// Hold keeps the connection of a request that lasts from being closed for others of
// its listener, until it is released. It says false if there is no room for one more.
func (b *Beside) Hold(r *http.Request) (release func(), ok bool) {
	conn := connectionOf(r).conn
	if !b.conns.beginStream(conn) {
		return nil, false
	}
	return func() { b.conns.endStream(conn) }, true
}

// guests are connections of another listener that use the files of this one.
type guests struct {
	limit int
	list  list.List            // of guest; the oldest first
	of    map[netip.Prefix]int // how many each client has
}

type guest struct {
	client netip.Prefix
	shut   func() // closes it, at any time
}

// add takes a guest, whatever the limit.
func (g *guests) add(one guest) (place *list.Element) {
	g.of[one.client]++
	return g.list.PushBack(one)
}

// remove takes a guest out, if it is not out already.
func (g *guests) remove(place *list.Element) {
	one, isHere := place.Value.(guest)
	if !isHere {
		return
	}
	place.Value = nil
	g.list.Remove(place)
	if g.of[one.client]--; g.of[one.client] == 0 {
		delete(g.of, one.client)
	}
}

// turnOut closes a guest.
func (g *guests) turnOut(place *list.Element) {
	one := place.Value.(guest)
	g.remove(place)
	one.shut()
}

// makePlaceFor closes the oldest guest of the client that has most, if it still has no
// fewer than the other one then. It says false if there is no such client.
func (g *guests) makePlaceFor(client netip.Prefix) bool {
	var greediest netip.Prefix
	for other, n := range g.of {
		if n > g.of[greediest] {
			greediest = other
		}
	}
	if g.of[greediest] <= g.of[client]+1 {
		return false
	}
	place := g.list.Front()
	for place.Value.(guest).client != greediest {
		place = place.Next()
	}
	g.turnOut(place)
	return true
}

func (c *conns) setGuestLimit(limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guests.limit = limit
}

// admit takes a guest if there is room, or if another client has more than its share.
func (c *conns) admit(one guest) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.guests.list.Len()
	full := n >= c.guests.limit || c.limit > 0 && c.open+n >= c.limit
	if full && !c.guests.makePlaceFor(one.client) {
		return nil, false
	}
	place := c.guests.add(one)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.guests.remove(place)
	}, true
}

// turnOut closes the guest that has been there for longest. It is called with mu held,
// and says false if there is none.
func (c *conns) turnOut() bool {
	oldest := c.guests.list.Front()
	if oldest == nil {
		return false
	}
	c.guests.turnOut(oldest)
	return true
}

// lodge makes a connection a guest of host, if that has room. It is called with mu
// held; host's is locked within, and never the other way round.
func (c *conns) lodge(v *visitor) bool {
	if c.host == nil {
		return false
	}
	client := networkOf(parseHop(v.conn.RemoteAddr().String()))
	leave, ok := c.host.admit(guest{client, func() { wire.Reset(socketOf(v.conn)) }})
	if ok {
		v.leave = leave
		c.oneLess()
	}
	return ok
}

// comeHome ends that. It is called with mu held.
func (c *conns) comeHome(v *visitor) {
	v.leave()
	v.leave = nil
	c.open++
}
