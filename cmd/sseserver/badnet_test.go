package main

import (
	"net"
	"sync"
	"testing"
)

// badNetwork stands between browser and server and fails on demand. It forwards
// TCP bytes until a set number of them has come from the server, which is in
// the middle of a frame as likely as not, and then does what was planned.
type badNetwork struct {
	target string // host:port of the server
	addr   string // host:port it listens on
	wait   sync.WaitGroup

	mu     sync.Mutex
	isDown bool
	conns  map[*net.TCPConn]bool
	plan   []fault
	ended  chan struct{} // closed with the test
}

// fault happens when so many more bytes came from the server, counted over all
// connections since the fault before.
type fault struct {
	after int
	what  disaster
}

type disaster string

const (
	reset  disaster = "reset"  // every connection is reset
	down   disaster = "down"   // the same, and each new one too, until up
	freeze disaster = "freeze" // nothing more comes through on this connection
)

func startBadNetwork(t *testing.T, server *liveServer) *badNetwork {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &badNetwork{
		target: server.addr, addr: listener.Addr().String(),
		conns: make(map[*net.TCPConn]bool), ended: make(chan struct{}),
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

// next plans what goes wrong, in this order; the first count starts here.
func (n *badNetwork) next(plan ...fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.plan = plan
}

// up ends a down.
func (n *badNetwork) up() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.isDown = false
}

func (n *badNetwork) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return // the test has ended
		}
		server, err := net.Dial("tcp", n.target)
		if err != nil {
			client.Close()
			continue
		}
		n.connect(client.(*net.TCPConn), server.(*net.TCPConn))
	}
}

func (n *badNetwork) connect(client, server *net.TCPConn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns[client], n.conns[server] = true, true
	n.wait.Go(func() { n.forward(server, client, nil) })
	n.wait.Go(func() { n.forward(client, server, n.count) })
	if n.isDown {
		n.resetAll()
	}
}

// forward copies bytes until either side ends, then ends both. count, if any,
// is told of each byte and says after which one something happens.
func (n *badNetwork) forward(to, from *net.TCPConn, count func(int) (int, disaster)) {
	defer n.forget(to, from)
	buffer := make([]byte, 4096)
	for {
		size, err := from.Read(buffer)
		if err != nil {
			return
		}
		for rest := buffer[:size]; len(rest) > 0; {
			passing, what := len(rest), disaster("")
			if count != nil {
				passing, what = count(len(rest))
			}
			if _, err := to.Write(rest[:passing]); err != nil {
				return
			}
			rest = rest[passing:]
			n.happen(what)
		}
	}
}

func (n *badNetwork) forget(conns ...*net.TCPConn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
		delete(n.conns, conn)
	}
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
	n.plan = n.plan[1:]
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
	for conn := range n.conns {
		_ = conn.SetLinger(0)
		conn.Close()
	}
}
