package httpapi

import (
	"container/list"
	"net/http"

	"sseserver/internal/wire"
)

// Beside are the connections of a listener that stands beside the public one, whose
// files it uses. Some it has for itself. Those that last, because somebody watches, are
// guests among the public connections, where these leave room for them, and are closed
// as soon as the room is needed; a few more may be among its own. Any goroutine may
// call its methods.
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
	list  list.List // of func(), each of which closes one; the oldest first
}

func (c *conns) setGuestLimit(limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guests.limit = limit
}

// admit takes a guest, which shut closes at any time, if there is room.
func (c *conns) admit(shut func()) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.guests.list.Len(); n >= c.guests.limit || c.limit > 0 && c.open+n >= c.limit {
		return nil, false
	}
	guest := c.guests.list.PushBack(shut)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.guests.list.Remove(guest) // which does nothing if it had to go
	}, true
}

// turnOut closes the guest that has been there for longest. It is called with mu held,
// and says false if there is none.
func (c *conns) turnOut() bool {
	oldest := c.guests.list.Front()
	if oldest == nil {
		return false
	}
	c.guests.list.Remove(oldest).(func())()
	return true
}

// lodge makes a connection a guest of host, if that has room. It is called with mu
// held; host's is locked within, and never the other way round.
func (c *conns) lodge(v *visitor) bool {
	if c.host == nil {
		return false
	}
	leave, ok := c.host.admit(func() { wire.Reset(socketOf(v.conn)) })
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
