package ssetest

import (
	"net"
	"slices"
	"sync"
	"time"
)

// Conn is one end of an in-memory connection. Any goroutine may call its
// methods at any time.
type Conn struct{ in, out *pipe }

// ConnPair returns the two ends of a connection, of which each direction holds
// so many bytes.
func ConnPair(room int) (client, server *Conn) {
	up, down := newPipe(room), newPipe(room)
	return &Conn{in: down, out: up}, &Conn{in: up, out: down}
}

func (c *Conn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *Conn) Write(b []byte) (int, error) { return c.out.write(b) }

// CloseWrite ends what this end sends: the other end reads to io.EOF and can
// still write.
func (c *Conn) CloseWrite() error {
	c.out.end()
	return nil
}

// Close ends both directions. What this end has not read is lost.
func (c *Conn) Close() error {
	c.in.refuse() // first: the other end must not answer what it sees of this
	c.out.end()
	c.in.set(&c.in.readBy, time.Time{})
	c.out.set(&c.out.writeBy, time.Time{})
	return nil
}

// Received returns what the other end wrote so far, call by call, read or not.
func (c *Conn) Received() [][]byte {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return slices.Clone(c.in.writes)
}

func (c *Conn) SetReadDeadline(t time.Time) error {
	c.in.set(&c.in.readBy, t)
	return nil
}

func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.out.set(&c.out.writeBy, t)
	return nil
}

func (c *Conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *Conn) LocalAddr() net.Addr  { return address{} }
func (c *Conn) RemoteAddr() net.Addr { return address{} }

// address is that of both ends.
type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "192.0.2.1:1234" } // of the documentation's network, RFC 5737

// listener hands out the server's ends of in-memory connections.
type listener struct {
	room   int // of the connections
	conns  chan net.Conn
	closed chan struct{}
	close  sync.Once
}

func newListener(room int) *listener {
	return &listener{room: room, conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *listener) dial() (net.Conn, error) {
	client, server := ConnPair(l.room)
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return address{} }

// wrapping is a listener whose connections are wrapped.
type wrapping struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

func (w wrapping) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return w.wrap(conn), nil
}
