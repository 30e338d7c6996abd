package main

import (
	"net"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
)

// badNetwork stands between browser and server and fails on demand. It forwards
// TCP bytes until a set number of those of event streams has come from the
// server, which is in the middle of a frame as likely as not, and then does what
// was planned.
type badNetwork struct {
	target string // host:port of the server
	addr   string // host:port it listens on
	wait   sync.WaitGroup

	mu     sync.Mutex
	isDown bool
	links  map[*link]bool
	plan   []trouble
	done   chan struct{} // closed when all of the plan has happened
	ended  chan struct{} // closed with the test
}

// link is a connection of the browser and the one to the server that goes on
// from it.
type link struct {
	browser, server *net.TCPConn
	streams         atomic.Bool // an event stream was asked for
}

// trouble happens when so many more bytes of event streams came from the server,
// counted over all connections since the trouble before. Pages, icons and answers
// do not count: when a browser asks for those is its own affair.
type trouble struct {
	after int
	what  disaster
}

type disaster string

const (
	reset  disaster = "reset"  // every connection is reset
	down   disaster = "down"   // the same, and each new one too, until up
	freeze disaster = "freeze" // nothing more comes through on this connection
)

var streamRequest = regexp.MustCompile(`^GET /(stream|progress)/`)

func startBadNetwork(t *testing.T, server *liveServer) *badNetwork {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &badNetwork{
		target: server.addr, addr: listener.Addr().String(),
		links: make(map[*link]bool), ended: make(chan struct{}),
	}
	n.wait.Go(func() { n.accept(listener) })
	t.Cleanup(func() {
		listener.Close()
		close(n.ended)
		n.happen(down)
		n.wait.Wait()
	})
	return n
}

// next plans what goes wrong, in this order; the first count starts here. It
// returns a channel that is closed when the last of it begins.
func (n *badNetwork) next(plan ...trouble) (done <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.plan, n.done = plan, make(chan struct{})
	return n.done
}

// up ends a down.
func (n *badNetwork) up() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.isDown = false
}

func (n *badNetwork) accept(listener net.Listener) {
	for {
		browser, err := listener.Accept()
		if err != nil {
			return // the test has ended
		}
		server, err := net.Dial("tcp", n.target)
		if err != nil {
			browser.Close()
			continue
		}
		n.connect(&link{browser: browser.(*net.TCPConn), server: server.(*net.TCPConn)})
	}
}

func (n *badNetwork) connect(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.links[l] = true
	n.wait.Go(func() { n.upstream(l) })
	n.wait.Go(func() { n.downstream(l) })
	if n.isDown {
		n.resetAll()
	}
}

// upstream forwards what the browser says, and looks for the request of a
// stream: a browser sends one in one piece, and none before the answer to the
// last.
func (n *badNetwork) upstream(l *link) {
	defer n.forget(l)
	buffer := make([]byte, 4096)
	for {
		size, err := l.browser.Read(buffer)
		if err != nil {
			return
		}
		l.streams.Store(streamRequest.Match(buffer[:size]))
		if _, err := l.server.Write(buffer[:size]); err != nil {
			return
		}
	}
}

// downstream forwards what the server says, and lets the faults of the plan happen.
func (n *badNetwork) downstream(l *link) {
	defer n.forget(l)
	buffer := make([]byte, 4096)
	for {
		size, err := l.server.Read(buffer)
		if err != nil {
			return
		}
		for rest := buffer[:size]; len(rest) > 0; {
			passing, what := len(rest), disaster("")
			if l.streams.Load() {
				passing, what = n.count(len(rest))
			}
			if _, err := l.browser.Write(rest[:passing]); err != nil {
				return
			}
			rest = rest[passing:]
			n.happen(what)
		}
	}
}

// forget ends a connection when either of its sides has.
func (n *badNetwork) forget(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.browser.Close()
	l.server.Close()
	delete(n.links, l)
}

// count takes up to size bytes off the plan, and says how many may pass before
// what happens next, "" being nothing.
func (n *badNetwork) count(size int) (int, disaster) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.plan) == 0 {
		return size, ""
	}
	next := &n.plan[0]
	if size < next.after {
		next.after -= size
		return size, ""
	}
	passing, what := next.after, next.what
	if n.plan = n.plan[1:]; len(n.plan) == 0 {
		close(n.done)
	}
	return passing, what
}

func (n *badNetwork) happen(what disaster) {
	switch what {
	case "":
	case freeze:
		<-n.ended
	case reset, down:
		n.mu.Lock()
		defer n.mu.Unlock()
		n.isDown = what == down
		n.resetAll()
	}
}

// resetAll ends every connection impolitely; n.mu is held.
func (n *badNetwork) resetAll() {
	for l := range n.links {
		for _, conn := range []*net.TCPConn{l.browser, l.server} {
			_ = conn.SetLinger(0)
			conn.Close()
		}
	}
}
