package wire

import (
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Conn is a connection that was taken over from net/http. One goroutine at a time
// uses it; that which closes it is the last.
type Conn struct {
	socket socket
	conn   net.Conn
	watch  *Watch
	token  token
}

// TakeOver takes the connection of w over, which net/http does not get back. It
// calls left, once, when the client closes or resets it, which may be before it
// returns, from another goroutine. What the client sends from now on is dropped.
// The caller ends the connection with Close or Abort. An error is that of
// http.ResponseController.Hijack, and then w can still be answered.
//
// The Conn is returned by value, so that it can lie beside what writes to it. It
// must not be copied after its first use.
func (w *Watch) TakeOver(rw http.ResponseWriter, left func()) (Conn, error) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return Conn{}, err
	}
	return Conn{socket: socketOf(conn), conn: conn, watch: w, token: w.add(conn, left)}, nil
}

// TryWrite writes as much of p as there is room for, which may be nothing. It
// does not wait. p is not empty.
func (c *Conn) TryWrite(p []byte) (n int, err error) { return c.socket.tryWrite(p) }

// WriteBy writes p, and waits for room until by. Then it fails with
// os.ErrDeadlineExceeded and tells how much of p it has written.
//
// Setting a deadline costs more than the rest of the way to the kernel, so this is
// for what TryWrite has left.
func (c *Conn) WriteBy(p []byte, by time.Time) (n int, err error) {
	if err := c.conn.SetWriteDeadline(by); err != nil {
		return 0, err
	}
	return c.conn.Write(p)
}

// Unsent is the function of that name for this connection.
func (c *Conn) Unsent() (bytes int, known bool) { return Unsent(c.conn) }

// Silence is the function of that name for this connection.
func (c *Conn) Silence() time.Duration { return Silence(c.conn) }

// GaveUp is the function of that name for this connection.
func (c *Conn) GaveUp() bool { return GaveUp(c.conn) }

// IsSilence reports whether err of a read or write tells that nothing came from the
// other end any more: TCP has waited for long enough, or the network says so.
func IsSilence(err error) bool {
	return errors.Is(err, syscall.ETIMEDOUT) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

// lingerTimeout bounds how long a finished connection waits for its client.
const lingerTimeout = time.Second

// Close closes the connection after all that was written has been sent. It lets
// the client close first, for a second at most: a close with anything unread, say
// a next request, would reset the connection and could take the last bytes with
// it (RFC 9112 §9.6).
func (c *Conn) Close() {
	c.watch.remove(c.token)
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil &&
		c.conn.SetReadDeadline(time.Now().Add(lingerTimeout)) == nil {
		_, _ = io.Copy(io.Discard, c.conn)
	}
	_ = c.conn.Close()
}

// Abort resets the connection.
func (c *Conn) Abort() {
	c.watch.remove(c.token)
	Reset(c.conn)
}

// Reset closes a connection, taken over or not, without waiting for anything.
// What the client did not read by now is dropped, so that it does not hold
// kernel memory.
func Reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
