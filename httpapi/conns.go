package httpapi

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"sseserver/internal/wire"
)

// conns are the open connections of one listener. There are never more than limit:
// one too many closes the one without a stream on which the longest time has passed
// since it was opened, had a request or was answered. That may be one that is
// idle, sends its request slowly, or does not read its answer. A client has to
// expect that of an idle connection at any time, and sends its request again (RFC
// 9112 §9.5); the others must not use up what everybody needs. Connections with
// streams are never closed, and may not be all, so that there is always one to
// close: accepting never waits, but where newcomers have to.
//
// Any goroutine may call its methods at any time.
type conns struct {
	// Immutable. 0 is no limit.
	limit       int        // of open connections
	streamLimit int        // of those with a stream; below limit
	host        *conns     // may have more of these as guests; nil is nobody
	newcomers   *newcomers // nil has none of them wait

	mu        sync.Mutex
	open      int                   // accepted and not closed; those that were taken over, too
	streaming int                   // of these, with a stream
	visitors  map[net.Conn]*visitor // all but those that were taken over
	quiet     list.List             // of *visitor without a stream, the one that has been quiet for longest first
	guests    guests                // beside those that are open
}

// visitor is a connection that net/http serves.
type visitor struct {
	conn     net.Conn
	silent   bool          // it has had no request yet
	requests int           // that are being answered; several over HTTP/2
	streams  int           // of these
	place    *list.Element // in quiet; nil with a stream
	since    time.Time     // when it came there, or was touched
	leave    func()        // of a guest of host, which is not counted here; else nil
}

func newConns(limit, streamLimit int) *conns {
	return &conns{
		limit: limit, streamLimit: streamLimit,
		visitors: make(map[net.Conn]*visitor), guests: guests{of: make(map[netip.Prefix]int)},
	}
}

// watched returns next as a handler that tells c of each request.
func (c *conns) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := connectionOf(r).conn
		c.touch(conn, 1)
		defer c.touch(conn, -1)
		next.ServeHTTP(w, r)
	})
}

// note is http.Server's ConnState. It is told of a new connection before the next
// one is accepted, so the limit holds by then.
func (c *conns) note(conn net.Conn, state http.ConnState) {
	if state == http.StateNew {
		v := c.add(conn)
		if c.newcomers != nil {
			c.newcomers.wait(c, v)
		} else if c.closeExcess() {
			// A new connection may be closed before its goroutine has seen the
			// request that is there already, if accepting goes on and on.
			runtime.Gosched()
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visitors[conn]
	if v == nil { // closed to make room
		return
	}
	switch state {
	case http.StateActive:
		v.silent = false
	case http.StateHijacked: // for a stream; takenOverClosed is told of its end
		delete(c.visitors, conn)
	case http.StateClosed:
		c.forget(v)
	}
}

// add notes a new connection.
func (c *conns) add(conn net.Conn) *visitor {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := &visitor{conn: conn, silent: true}
	c.visitors[conn] = v
	c.open++
	c.rest(v)
	return v
}

// rest puts a connection at the end of those that are quiet. It is called with mu held.
func (c *conns) rest(v *visitor) {
	v.place, v.since = c.quiet.PushBack(v), time.Now()
}

// isFull says whether there are more connections than there may be. It is called with mu
// held.
func (c *conns) isFull() bool { return c.limit > 0 && c.open+c.guests.list.Len() > c.limit }

// closeExcess closes others until the limit holds, and says whether it had to.
func (c *conns) closeExcess() (closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.isFull() && (c.turnOut() || c.closeQuietest()) {
		closed = true
	}
	return closed
}

// closeQuietest is called with mu held. It says false if there is none to close.
func (c *conns) closeQuietest() bool {
	quietest := c.quiet.Front()
	if quietest == nil {
		return false
	}
	c.close(quietest.Value.(*visitor))
	return true
}

// close closes a quiet connection, with mu held. A stream is noted, under the same lock,
// before it takes its connection over, so no connection of a stream is closed here.
// net/http notices by itself.
func (c *conns) close(v *visitor) {
	c.forget(v)
	wire.Reset(socketOf(v.conn)) // or the kernel would keep what its client does not read
}

// forget takes out a connection that is closed.
func (c *conns) forget(v *visitor) {
	delete(c.visitors, v.conn)
	c.oneLess()
	if v.leave != nil {
		c.comeHome(v)
	} else if v.streams > 0 {
		c.streaming--
	} else {
		c.quiet.Remove(v.place)
	}
}

// oneLess notes that a connection needs its place no longer. It is called with mu held.
func (c *conns) oneLess() {
	c.open--
	if c.newcomers != nil {
		select {
		case c.newcomers.left <- struct{}{}:
		default: // nobody has looked since the last one
		}
	}
}

// touch notes that there are more or fewer requests on conn, or, with 0, that one goes
// on.
func (c *conns) touch(conn net.Conn, more int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visitors[conn]
	if v == nil {
		return
	}
	v.requests += more
	if v.streams == 0 {
		c.quiet.MoveToBack(v.place)
		v.since = time.Now()
	}
}

// beginStream notes one more stream on conn. It says false if conn is closed, or
// would be one more with a stream than there may be. What HTTPServer does not serve
// has no conn, and no limit.
func (c *conns) beginStream(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visitors[conn]
	if v == nil {
		return conn == nil
	}
	if v.streams == 0 {
		switch {
		case c.lodge(v): // which leaves more for those that do not last
		case c.crowded():
			return false
		default:
			c.streaming++
		}
		c.quiet.Remove(v.place)
	}
	v.streams++
	return true
}

// endStream notes the end of a stream on conn, which it has not taken over.
func (c *conns) endStream(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visitors[conn]
	if v == nil { // its client has closed it
		return
	}
	if v.streams--; v.streams == 0 {
		if v.leave != nil {
			c.comeHome(v)
		} else {
			c.streaming--
		}
		c.rest(v)
	}
}

// takenOverClosed notes that a connection is closed that a stream has taken over.
func (c *conns) takenOverClosed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	c.streaming--
}

// isCrowded says whether no further connection may have a stream.
func (c *conns) isCrowded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.crowded()
}

// crowded is called with mu held.
func (c *conns) crowded() bool { return c.streamLimit > 0 && c.streaming >= c.streamLimit }

// closeSilent closes those on which nothing was said yet, which Shutdown of
// http.Server would give some seconds. The end of the others is up to that.
func (c *conns) closeSilent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn, v := range c.visitors {
		if v.silent {
			_ = conn.Close()
		}
	}
}
