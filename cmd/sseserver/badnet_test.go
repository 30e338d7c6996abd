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
	t      *testing.T
	target string // host:port of the server
	addr   string // host:port it listens on, the same after down and up
	wait   sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener // nil while down
	conns    map[*net.TCPConn]bool
	plan     []fault
	thawed   chan struct{} // closed by thaw
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
	down   disaster = "down"   // the same, and nobody answers until up
	freeze disaster = "freeze" // nothing comes through until thaw
)

func startBadNetwork(t *testing.T, server *liveServer) *badNetwork {
	t.Helper()
	n := &badNetwork{
		t: t, target: server.addr, addr: "127.0.0.1:0",
		conns: make(map[*net.TCPConn]bool), thawed: make(chan struct{}),
	}
	n.up()
	t.Cleanup(func() {
		n.thaw()
		n.mu.Lock()
		n.fail(down)
		n.mu.Unlock()
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

// up listens, on the same port as before.
func (n *badNetwork) up() {
	n.t.Helper()
	listener, err := net.Listen("tcp", n.addr)
	if err != nil {
		n.t.Fatal(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listener, n.addr = listener, listener.Addr().String()
	n.wait.Go(func() { n.accept(listener) })
}

// thaw ends a freeze; there is one in a test at most.
func (n *badNetwork) thaw() {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.thawed:
	default:
		close(n.thawed)
	}
}

func (n *badNetwork) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return // down
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
	if n.listener == nil { // it went down meanwhile
		n.fail(down)
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
	if what == freeze {
		<-n.thawed
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fail(what)
}

// fail breaks what is open; n.mu is held.
func (n *badNetwork) fail(what disaster) {
	if what == "" {
		return
	}
	if what == down && n.listener != nil {
		n.listener.Close()
		n.listener = nil
	}
	for conn := range n.conns {
		_ = conn.SetLinger(0) // a reset, not a polite end
		conn.Close()
	}
}
